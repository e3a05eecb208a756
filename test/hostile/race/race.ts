// Root's agent starts while another user swaps what it is about to read.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, Workplace } from '../../cli/workplace.ts'
import { programFile, skip } from '../../live.ts'

const NOBODY = '65534'
const AS_NOBODY = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
/** She may hold the wrong file in a few starts. */
const MOST_UNCHECKED = 50
const RAN = 'code of the attacker'
const BEAT = beatSource('')
const EVIL = `console.error('${RAN}')\n${BEAT}`

/** Names are in the folder of the attacker, `hers`. What is swapped is a file, or a folder above it. */
export interface Scene {
  readonly what: string
  readonly how: 'link' | 'rename'
  readonly swapped: string
  /** Root's and the attacker's. */
  readonly files: readonly [string, string]
  readonly config: string
}

// The attacker's configuration names a package, as she can't give a file to root.
const CONFIG = (beat: string) => `beats: [{ type: ${beat} }]\noutput.console: {}\n`
const FILES: Readonly<Record<string, string>> = {
  'own/beat.yml': CONFIG('../hers/beat.js'),
  'own/above.yml': CONFIG('../hers/folder/beat.js'),
  'hers/good.yml': CONFIG('host'),
  'hers/evil.yml': CONFIG('evil'),
  'hers/good.js': BEAT,
  'hers/evil.js': EVIL,
  'hers/good/beat.yml': CONFIG('host'),
  'hers/evil/beat.yml': CONFIG('evil'),
  'hers/good/beat.js': BEAT,
  'hers/evil/beat.js': EVIL,
  'hers/package.json': '{ "type": "module" }',
  'hers/node_modules/evil/package.json': '{ "type": "module", "exports": "./index.js" }',
  'hers/node_modules/evil/index.js': EVIL,
}
const FOLDERS = ['good', 'evil'] as const

export const SCENES: readonly Scene[] = [
  {
    what: 'the configuration, by links',
    how: 'link',
    swapped: 'beat.yml',
    files: ['good.yml', 'evil.yml'],
    config: 'hers/beat.yml',
  },
  {
    what: 'the configuration, by renaming it',
    how: 'rename',
    swapped: 'beat.yml',
    files: ['good.yml', 'evil.yml'],
    config: 'hers/beat.yml',
  },
  {
    what: 'the folder of the configuration',
    how: 'link',
    swapped: 'folder',
    files: FOLDERS,
    config: 'hers/folder/beat.yml',
  },
  {
    what: 'a beat, by links',
    how: 'link',
    swapped: 'beat.js',
    files: ['good.js', 'evil.js'],
    config: 'own/beat.yml',
  },
  {
    what: 'a beat, by renaming it',
    how: 'rename',
    swapped: 'beat.js',
    files: ['good.js', 'evil.js'],
    config: 'own/beat.yml',
  },
  {
    what: 'the folder of a beat',
    how: 'link',
    swapped: 'folder',
    files: FOLDERS,
    config: 'own/above.yml',
  },
]

/** For `before`: another user has to be able to run the attacker. */
export function needsAttacker(this: Mocha.Context): void {
  if (process.getuid?.() !== 0) skip(this, 'not root')
  const readable = ['test', '-r', programFile('../hostile/race/attacker')]
  if (spawnSync('setpriv', [...AS_NOBODY, ...readable]).status !== 0) {
    skip(this, 'user 65534 may not read this folder')
  }
}

/** One attacker who swaps in her folder, until it is removed. */
export class Race {
  readonly #place = new Workplace(FILES)
  readonly #scene: Scene
  readonly #attacker: ChildProcess

  constructor(scene: Scene) {
    this.#scene = scene
    chmodSync(this.#place.folder, 0o755)
    const [good, evil] = scene.files
    const { status } = spawnSync('chown', ['-R', NOBODY, 'hers', `hers/${evil}`], this.#options)
    // Root's, in her folder: only the way to it is hers.
    const root = spawnSync('chown', ['-R', '0', `hers/${good}`], this.#options)
    if (status !== 0 || root.status !== 0) throw new Error('chown failed')
    const program = [process.execPath, programFile('../hostile/race/attacker')]
    const swaps = [scene.how, scene.swapped, good, evil]
    this.#attacker = spawn('setpriv', [...AS_NOBODY, ...program, ...swaps], {
      cwd: this.#place.path('hers'),
      env: { ...process.env, NODE_V8_COVERAGE: undefined },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  get #options() {
    return { cwd: this.#place.folder }
  }

  path(name: string): string {
    return this.#place.path(name)
  }

  /** Resolves once each name was hers for a while. */
  async begun(): Promise<void> {
    if (this.#attacker.stdout) await once(this.#attacker.stdout, 'data')
  }

  /** One start of root's agent, up to the import of its beats: whether the attacker's code has run. */
  async isWon(...options: readonly string[]): Promise<boolean> {
    const { stderr } = await this.#place.run('test', 'config', '-c', this.#scene.config, ...options)
    return stderr.includes(RAN)
  }

  /** Whether she is still at it. */
  get isOn(): boolean {
    return this.#attacker.exitCode === null && this.#attacker.signalCode === null
  }

  end(): void {
    this.#attacker.kill('SIGKILL')
    this.#place.remove()
  }
}

/** How many of so many starts the attacker wins; and that she wins one where nothing is checked. */
export async function raced(scene: Scene, starts: number): Promise<number> {
  const race = new Race(scene)
  try {
    await race.begun()
    let won = 0
    for (let start = 0; start < starts; start += 1) won += (await race.isWon()) ? 1 : 0
    expect(await winsUnchecked(race), 'the control').to.equal(true)
    expect(race.isOn).to.equal(true)
    return won
  } finally {
    race.end()
  }
}

async function winsUnchecked(race: Race): Promise<boolean> {
  for (let start = 0; start < MOST_UNCHECKED; start += 1) {
    if (await race.isWon('--strict.perms=false')) return true
  }
  return false
}
