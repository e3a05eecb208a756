import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** One line of the agent's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string }

/** The result of a run of the command line. */
export interface Result {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly log: readonly LogLine[]
}

/** A run that has not ended. */
export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  /** Resolves with the first (second, …) log line that has the message; rejects when the process ends first. */
  logged(message: string, count?: number): Promise<LogLine>
  /** The log so far. */
  lines(): readonly LogLine[]
  /** Resolves once standard output has the text; rejects when the process ends first. */
  printed(text: string): Promise<void>
  ended(): Promise<Result>
}

/** A folder in which `sealbeat` runs; beats in it can import `sealbeat` by name. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'sealbeat-cli-'))
  readonly root: string
  readonly #children: ChildProcess[] = []

  /** `root`: the folder of the sealbeat to run. */
  constructor(files: Readonly<Record<string, string>> = {}, root = ROOT) {
    this.root = root
    this.write({ 'package.json': '{ "type": "module" }', ...files })
    mkdirSync(this.path('node_modules'))
    symlinkSync(root, this.path('node_modules/sealbeat'))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      // Fixed modes: with some umasks others could write there, and the agent would refuse the file.
      mkdirSync(dirname(this.path(name)), { recursive: true, mode: 0o755 })
      writeFileSync(this.path(name), text, { mode: 0o644 })
    }
  }

  start(...args: readonly string[]): Running {
    return this.startThrough([], ...args)
  }

  /** `through`: the command that starts it, such as `['setpriv', '--reuid', '65534']`. */
  startThrough(through: readonly string[], ...args: readonly string[]): Running {
    return this.startOn(process.execPath, through, ...args)
  }

  /** Starts it with another Node. */
  startOn(node: string, through: readonly string[], ...args: readonly string[]): Running {
    const [program = '', ...rest] = [
      ...through,
      node,
      join(this.root, 'dist/bundle/main.js'),
      ...args,
    ]
    // Another user may not write the coverage data, and Node would print an error.
    const env = { ...process.env, ...(through.length > 0 && { NODE_V8_COVERAGE: undefined }) }
    const child = spawn(program, rest, { cwd: this.folder, env })
    this.#children.push(child)
    return watch(child)
  }

  run(...args: readonly string[]): Promise<Result> {
    return this.start(...args).ended()
  }

  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function watch(child: ChildProcess): Running {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', text => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', text => (output.stderr += text))
  const closed = once(child, 'close')
  const find = (message: string, count: number) =>
    linesOf(output.stderr).filter(line => line.message === message)[count - 1]

  async function ended(): Promise<Result> {
    const [code, signal] = await closed
    return { code, signal, ...output, log: linesOf(output.stderr) }
  }

  async function logged(message: string, count = 1): Promise<LogLine> {
    for (;;) {
      const line = find(message, count)
      if (line) return line
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`ended without logging "${message}":\n${output.stderr}`)
      }
      await Promise.race([closed, child.stderr ? once(child.stderr, 'data') : closed])
    }
  }

  async function printed(text: string): Promise<void> {
    while (!output.stdout.includes(text)) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`ended without printing ${text}:\n${output.stderr}`)
      }
      await Promise.race([closed, child.stdout ? once(child.stdout, 'data') : closed])
    }
  }

  const lines = () => linesOf(output.stderr)
  return { child, pid: child.pid ?? 0, logged, lines, printed, ended }
}

/** The complete log lines on standard error; other lines are ignored. */
function linesOf(stderr: string): readonly LogLine[] {
  const complete = stderr.slice(0, stderr.lastIndexOf('\n') + 1)
  return complete.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
}

/** The messages that were logged, in order. */
export function messagesOf({ log }: Result): readonly string[] {
  return log.map(({ message }) => message)
}

/** The events that the console output has written. */
export function eventsOf({ stdout }: Result) {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

/** The source of a beat: the body of `run`, other members (`rest`), and code before it. */
export function beatSource(run: string, rest = '', before = ''): string {
  return `import { defineBeat } from 'sealbeat'
import { setTimeout as sleep } from 'node:timers/promises'
${before}
export default defineBeat({
  name: 'probe',
  schema: { word: { doc: 'A word.', format: String, default: 'hello' } },
  ${rest}
  async run(context, resources) { ${run} },
})
`
}
