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

/** Beats that are added to the sample, for tests. */
export interface Added {
  /** The text of each beat's module, by its name. */
  readonly beats: Readonly<Record<string, string>>
  /** Their sections, after the last beat of the sample. */
  readonly sections: string
}

/** How many events it publishes on SIGWINCH. */
export const FLOOD = 60_000

/** On SIGUSR2 it blocks the event loop forever. */
const OWN = `import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { defineBeat, text } from 'sealbeat'

export default defineBeat({
  name: 'own',
  schema: { token: { doc: 'A secret.', format: text, default: null, sensitive: true } },
  async run({ settings, signal, publish, state }) {
    process.on('SIGUSR2', () => { for (;;); })
    process.on('SIGWINCH', async () => {
      for (let n = 0; n < ${FLOOD}; n += 500) {
        await publish(Array.from({ length: 500 }, (_, at) => ({ event: { dataset: 'own.flood' }, n: n + at })))
      }
    })
    const starts = (state.get('starts') ?? 0) + 1
    await state.set('starts', starts)
    const token = createHash('sha256').update(settings.token).digest('hex')
    await publish({ event: { dataset: 'own.start' }, own: { starts, token } })
    if (!signal.aborted) await once(signal, 'abort')
  },
})
`

const ADDED: Added = {
  beats: { own: OWN },
  sections: `
  - type: ./beats/own.js
    token: \${credential:token}
`,
}

interface Packaging {
  readonly formats?: string
  readonly added?: Added
  /** A tree that is built: the framework and the sample are from there. */
  readonly tree?: string
}

/** Packages the sample agent in that version, with the added beats; returns the packages' folder. */
export function packageSample(
  version: string,
  { formats = 'deb', added = ADDED, tree = ROOT }: Packaging = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-sample-'))
  cpSync(join(tree, 'packaging/sample'), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(tree, join(folder, 'node_modules/sealbeat'))
  const last = '  - type: ./beats/heartbeat.js\n'
  rewrite(join(folder, 'beat.yml'), text => text.replace(last, last + added.sections))
  rewrite(join(folder, 'package.json'), text => JSON.stringify({ ...JSON.parse(text), version }))
  for (const [name, text] of Object.entries(added.beats)) {
    writeFileSync(join(folder, `beats/${name}.js`), text)
  }
  // A checkout is as git and umask have it; an agent refuses what others may write.
  execFileSync('chmod', ['-R', 'go-w', folder])
  const args = [join(tree, 'dist/bundle/main.js'), 'package', '--format', formats]
  execFileSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return join(folder, 'packages')
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** Moves those packages into a root, to /packages. */
export function deliver(packages: string, root: string): void {
  cpSync(packages, join(root, 'packages'), { recursive: true })
  rmSync(dirname(packages), { recursive: true })
}
