// A copy of the build to try mutants in, so that the build itself stays whole. Each process that runs tests has a
// PID namespace of its own: no mutant can signal a process outside, and all that it starts ends with it.
import {
  type ChildProcess,
  type SpawnOptions,
  type StdioOptions,
  spawn,
  spawnSync,
} from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Edit } from './edit.ts'
import { applied } from './mutate.ts'
import type { Coverage } from './reach.ts'
import { KeptWorker, type Outcome, type TimedJob } from './worker/kept-worker.ts'

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
const NODE_ARGS = ['--max-old-space-size=2048']

const MOCHA = ['node_modules/mocha/bin/mocha.js', '--no-config', '--no-package']

const FIRST_FAILURE = './dist/tools/mutants/first-failure.js'
const WORKER = 'dist/tools/mutants/worker/main.js'

export class Copy {
  readonly #folder: string
  readonly #worker = new KeptWorker(() => this.#startWorker())
  #jobs = 0
  #processes = 0

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
    await this.#worker.end()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Runs tests in a process of their own while a module of the copy has an edit. */
  async runWith(module: string, edit: Edit, tests: readonly string[], limits: Limits) {
    return this.#edited(module, edit, () =>
      this.#run(['--reporter', FIRST_FAILURE, ...tests], limits, {}),
    )
  }

  /**
   * Runs tests in the process that the copy keeps for that, one file after the other until one fails. Programs
   * that they start may import the module by its own name, so it has the edit as well. Without an edit, the tests
   * run as they are, but with new variants of the module.
   */
  async runFast(
    module: string,
    edit: Edit | undefined,
    tests: TimedJob['tests'],
  ): Promise<Outcome> {
    await this.#worker.ready()
    return this.#edited(module, edit, code =>
      this.#worker.run({ number: ++this.#jobs, module, code, tests }),
    )
  }

  /** Has the next fast run in a new process. */
  async restart(): Promise<void> {
    await this.#worker.end()
  }

  async #edited<T>(module: string, edit: Edit | undefined, use: (code: string) => Promise<T>) {
    const path = this.#path(module)
    const whole = await readFile(path, 'utf8')
    if (!edit) return use(whole)
    const code = applied(whole, edit)
    await writeFile(path, code)
    try {
      return await use(code)
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
    const start = performance.now()
    const child = this.#spawn(
      [...MOCHA, '--timeout', String(limits.testMs), ...args],
      ['ignore', 'pipe', 'pipe'],
      { env, timeout: limits.runMs },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000)
      })
    }
    const [code, signal] = await new Promise<[number | null, string | null]>((done, failed) => {
      child.once('error', failed).once('close', (...end) => done(end))
    })
    const verdict = signal ? 'timeout' : code === 0 ? 'passed' : 'failed'
    return { verdict, output, tookMs: performance.now() - start }
  }

  #startWorker(): ChildProcess {
    return this.#spawn([WORKER], ['ignore', 'ignore', 'ignore', 'ipc'], { env: {} })
  }

  /** Starts Node in a PID namespace, with an empty folder for temporary files. */
  #spawn(args: readonly string[], stdio: StdioOptions, { env, ...options }: SpawnOptions) {
    const temporary = this.#path(`tmp-${++this.#processes}`)
    mkdirSync(temporary)
    const child = spawn(
      'unshare',
      [...ISOLATION, 'sh', '-c', SHELL, 'sh', process.execPath, ...NODE_ARGS, ...args],
      {
        ...options,
        cwd: this.#folder,
        env: { ...process.env, ...env, TMPDIR: temporary },
        stdio,
        killSignal: 'SIGKILL',
      },
    )
    child.once(
      'exit',
      () => void rm(temporary, { recursive: true, force: true }).catch(() => undefined),
    )
    return child
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
