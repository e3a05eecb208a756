import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The only programs of the machine: no compiler, no python, no make. */
const PROGRAMS = [
  ...['node', 'npm', 'npx', 'sh', 'env'],
  ...['basename', 'cat', 'dirname', 'ls', 'mkdir', 'readlink', 'rm', 'uname'],
]

/** A machine without a network where nothing has been installed yet: the folder and the caches are empty. */
export class BareMachine {
  readonly #root = mkdtempSync(join(tmpdir(), 'sealbeat-bare-'))
  readonly folder = join(this.#root, 'project')

  constructor() {
    mkdirSync(this.folder)
    mkdirSync(join(this.#root, 'bin'))
    for (const name of PROGRAMS) symlinkSync(locate(name), join(this.#root, 'bin', name))
  }

  run(...words: readonly string[]) {
    const [program = '', ...args] = this.#through(words)
    return spawnSync(program, args, { cwd: this.folder, encoding: 'utf8' })
  }

  /** Stops a program, as a service manager does, once it has printed the text; returns all of its output. */
  async runUntil(text: string, ...words: readonly string[]) {
    const [program = '', ...args] = this.#through(words)
    const child = spawn(program, args, { cwd: this.folder, stdio: 'pipe' })
    const closed = once(child, 'close')
    const said = { stdout: '', stderr: '' }
    child.stderr.setEncoding('utf8').on('data', part => (said.stderr += part))
    for await (const part of child.stdout.setEncoding('utf8')) {
      said.stdout += part
      if (said.stdout.includes(text)) child.kill('SIGTERM')
    }
    await closed
    return said
  }

  #through(words: readonly string[]): readonly string[] {
    const environment = [`PATH=${this.#root}/bin`, `HOME=${this.#root}`]
    const cache = `npm_config_cache=${this.#root}/cache`
    return ['unshare', '--net', 'env', '-i', ...environment, cache, ...words]
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }
}

function locate(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.find(folder => spawnSync('test', ['-x', join(folder, name)]).status === 0)
  if (found === undefined) throw new Error(`no ${name}`)
  return realpathSync(join(found, name))
}
