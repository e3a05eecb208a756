import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The name of the agent that is installed: of its package, user, unit and folders. */
export const NAME = 'sealbeat-sample'

/** A beat of the agent's own. SIGUSR2 has it keep the event loop to itself. */
const PLUGIN = `import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
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

const BEAT_YML = `beats:
- type: host
  period: 2s
- type: audit
- type: ./beats/own.js
  token: \${credential:token}
output.console: {}
`

/** Makes the folder of the agent in that version, and its packages; where they are. */
export function packageSample(
  version: string,
  formats = 'deb',
  more: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-sample-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/sealbeat'))
  mkdirSync(join(folder, 'beats'))
  writeFileSync(join(folder, 'beats/own.js'), PLUGIN)
  writeFileSync(join(folder, 'beat.yml'), BEAT_YML)
  const manifest = {
    name: NAME,
    version,
    description: 'Measures the host and reports violations',
    author: 'The sealbeat maintainers <maintainers@example.org>',
    license: 'Apache-2.0',
    type: 'module',
    files: ['beats'],
    dependencies: { sealbeat: '*' },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const args = [join(ROOT, 'dist/bundle/main.js'), 'package', '--format', formats, ...more]
  execFileSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return join(folder, 'packages')
}

/** Copies what a folder has into a root, below /packages. */
export function deliver(packages: string, root: string): void {
  cpSync(packages, join(root, 'packages'), { recursive: true })
}
