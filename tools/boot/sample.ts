import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The name of the installed agent: of its package, user, unit and folders. */
export const NAME = 'sealbeat-sample'

/** An additional beat for tests. On SIGUSR2 it blocks the event loop forever. */
const PLUGIN = `import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { defineBeat, text } from 'sealbeat'

export default defineBeat({
  name: 'own',
  schema: { token: { doc: 'A secret.', format: text, default: null, sensitive: true } },
  async run({ settings, signal, publish, state }) {
    process.on('SIGUSR2', () => { for (;;); })
    const starts = (state.get('starts') ?? 0) + 1
    await state.set('starts', starts)
    const token = createHash('sha256').update(settings.token).digest('hex')
    await publish({ event: { dataset: 'own.start' }, own: { starts, token } })
    if (!signal.aborted) await once(signal, 'abort')
  },
})
`

/** Added after the last beat of the sample. */
const SECTION = `
  - type: ./beats/own.js
    token: \${credential:token}
`

/** Packages the sample agent in that version, with the additional beat; returns the packages' folder. */
export function packageSample(version: string, formats = 'deb'): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-sample-'))
  cpSync(join(ROOT, 'packaging/sample'), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/sealbeat'))
  const last = '  - type: ./beats/heartbeat.js\n'
  rewrite(join(folder, 'beat.yml'), text => text.replace(last, last + SECTION))
  rewrite(join(folder, 'package.json'), text => JSON.stringify({ ...JSON.parse(text), version }))
  writeFileSync(join(folder, 'beats/own.js'), PLUGIN)
  const args = [join(ROOT, 'dist/bundle/main.js'), 'package', '--format', formats]
  execFileSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return join(folder, 'packages')
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')), { mode: 0o644 })
}

/** Moves those packages into a root, to /packages. */
export function deliver(packages: string, root: string): void {
  cpSync(packages, join(root, 'packages'), { recursive: true })
  rmSync(dirname(packages), { recursive: true })
}
