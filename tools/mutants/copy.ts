// A copy of the build to try mutants in, so that the build itself stays whole. Each run of tests has a PID
// namespace of its own: no mutant can signal a process outside, and all of its processes end with the run.
import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Edit } from './edit.ts'
import { applied } from './mutate.ts'
import type { Coverage } from './reach.ts'

/** How a run of tests ended. */
interface Ended {
  readonly verdict: 'passed' | 'failed' | 'timeout'
  readonly output: string
  readonly tookMs: number
}

/** How long a run of tests may take, and each test in it; whole milliseconds. */
interface Limits {
  readonly runMs: number
  readonly testMs: number
}

/** Entries that are not linked into a copy: those that it has itself, and those that no test needs. */
const LEFT_OUT = new Set(['dist', '.cache', '.git', 'release', 'coverage'])

/** A mutant that never ends could fill the disk or the memory. `ulimit -f` counts units of 512 bytes. */
const SHELL = 'ulimit -c 0; ulimit -f 524288; "$@"; exit $?'
const NODE_ARGS = ['--max-old-space-size=1024']

const MOCHA = ['node_modules/mocha/bin/mocha.js', '--no-config', '--no-package']

const FIRST_FAILURE = './dist/tools/mutants/first-failure.js'

export class Copy {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = resolve(folder)
  }

  /** Copies the build; everything beside it is linked. */
  static async make(folder: string): Promise<Copy> {
    const copy = new Copy(folder)
    await rm(copy.#folder, { recursive: true, force: true })
    await mkdir(copy.#folder, { recursive: true })
    await cp('dist', copy.#path('dist'), { recursive: true })
    for (const entry of await readdir('.')) {
      if (!LEFT_OUT.has(entry)) await symlink(resolve(entry), copy.#path(entry))
    }
    return copy
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Runs tests while a module of the copy has an edit. */
  async runWith(module: string, edit: Edit, tests: readonly string[], limits: Limits) {
    const path = this.#path(module)
    const whole = await readFile(path, 'utf8')
    await writeFile(path, applied(whole, edit))
    try {
      return await this.#run(['--reporter', FIRST_FAILURE, ...tests], limits, {})
    } finally {
      await writeFile(path, whole)
    }
  }

  /** Runs a test file without an edit and measures which code it runs. */
  async measure(test: string, limits: Limits): Promise<Ended & { coverage: readonly Coverage[] }> {
    const folder = this.#path('coverage')
    await rm(folder, { recursive: true, force: true })
    const ended = await this.#run(['--reporter', 'dot', test], limits, { NODE_V8_COVERAGE: folder })
    const files = await readdir(folder).catch(() => [])
    const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
    return { ...ended, coverage: texts.map(text => this.#own(JSON.parse(text))) }
  }

  /** The coverage of what was copied, by its paths. Libraries and Node are not mutated. */
  #own({ result }: Coverage): Coverage {
    const before = `${pathToFileURL(this.#folder).href}/`
    const own = result.filter(({ url }) => url.startsWith(`${before}dist/`))
    return { result: own.map(script => ({ ...script, url: script.url.slice(before.length) })) }
  }

  async #run(args: readonly string[], limits: Limits, env: NodeJS.ProcessEnv): Promise<Ended> {
    const temporary = this.#path('tmp')
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary)
    const start = performance.now()
    const child = spawn(
      'unshare',
      [
        ...[...ISOLATION, 'sh', '-c', SHELL, 'sh', process.execPath, ...NODE_ARGS, ...MOCHA],
        ...['--timeout', String(limits.testMs), ...args],
      ],
      {
        cwd: this.#folder,
        env: { ...process.env, ...env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: limits.runMs,
        killSignal: 'SIGKILL',
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000)
      })
    }
    const [code, signal] = await new Promise<[number | null, string | null]>((done, failed) => {
      child.once('error', failed).once('close', (...end) => done(end))
    })
    const verdict = signal ? 'timeout' : code === 0 ? 'passed' : 'failed'
    return { verdict, output, tookMs: performance.now() - start }
  }

  #path(entry: string): string {
    return join(this.#folder, entry)
  }
}

const ISOLATION = [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--fork', '--pid', '--mount-proc', '--kill-child'],
]

/** Whether this user may have a PID namespace. */
export function canIsolate(): boolean {
  return spawnSync('unshare', [...ISOLATION, 'true']).status === 0
}
