import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT } from '../docs/page.ts'

export const NAME = 'sample'

export const MANIFEST = {
  name: NAME,
  version: '1.2.3-rc.1',
  description: 'Measures 100% of the host',
  author: 'Jo Maintainer <jo@example.org>',
  license: 'Apache-2.0',
  homepage: 'https://example.org/a%20b',
  type: 'module',
  files: ['beats', '*.txt'],
  dependencies: { sealbeat: '*', '@corp/words': '*' },
} as const

const BEAT_YML = `beats:
- type: host
  period: 1s
- type: ./beats/own.js
output.console: {}
`

const OWN_BEAT = `import { once } from 'node:events'
import { defineBeat, text } from 'sealbeat'
import word from '@corp/words'

export default defineBeat({
  name: 'own',
  schema: { token: { doc: 'A word.', format: text, default: word } },
  async run({ settings, signal, publish }) {
    await publish({ event: { dataset: 'own.start' }, message: settings.token })
    if (!signal.aborted) await once(signal, 'abort')
  },
})
`

/** The result of a command. */
export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The folder of an agent with a beat of its own, which depends on one package and on this checkout. */
export class AgentFolder {
  readonly folder: string

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'sealbeat-agent-'))
    mkdirSync(this.path('node_modules'))
    symlinkSync(ROOT, this.path('node_modules/sealbeat'))
    this.write({
      'package.json': JSON.stringify(MANIFEST),
      'beat.yml': BEAT_YML,
      'beats/own.js': OWN_BEAT,
      'notes of mine.txt': 'notes\n',
      'private.txt~': 'not published\n',
      'node_modules/@corp/words/package.json': '{ "name": "@corp/words", "exports": "./a b.mjs" }',
      'node_modules/@corp/words/a b.mjs': 'export default "well"\n',
      'node_modules/@corp/words/[id] 100%.txt': 'a name that rpm could take for a pattern\n',
      'node_modules/@corp/words/LICENSE': 'Words are free.\n',
      ...files,
    })
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true })
      // Whatever the umask, as the agent refuses files that others may write.
      writeFileSync(this.path(name), text, { mode: 0o644 })
    }
  }

  /** Runs `sealbeat package` with these arguments. */
  attempt(args: readonly string[], env: NodeJS.ProcessEnv = {}): Said {
    const main = join(ROOT, 'dist/bundle/main.js')
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'package', ...args], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    })
    return { code: status, stdout, stderr }
  }

  /** Makes packages and returns their paths. */
  package(args: readonly string[], env: NodeJS.ProcessEnv = {}): readonly string[] {
    const { code, stdout, stderr } = this.attempt(args, env)
    if (code !== 0) throw new Error(`exit code ${code}:\n${stderr}`)
    return stdout.trim().split('\n')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
