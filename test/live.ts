import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** How a child process ended, and its output. */
export interface Ended {
  /** The exit code, or the name of the signal. */
  readonly end: number | string
  readonly stdout: string
  readonly stderr: string
}

export interface Start {
  readonly args?: readonly string[]
  /** Node's own arguments. */
  readonly execArgs?: readonly string[]
  /** Variables added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** The Node binary to run it with; by default that of this process. */
  readonly node?: string
  /** A command to start it through, such as `['setpriv', '--reuid', '65534']`. */
  readonly through?: readonly string[]
  /** Whether to run it as the first process of its namespace, which only the kernel's signals kill. */
  readonly asInit?: boolean
}

/** The compiled file of a program in test/programs/. */
export function programFile(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url))
}

/**
 * Runs a program in a PID namespace of its own, for experiments that deny system calls. With getpid denied,
 * for example, Node signals every process that it can see.
 */
export function runIsolated(name: string, start: Start = {}): Ended {
  const through = start.asInit ? namespace() : isolation()
  return run([...through, ...command(name, start)], start)
}

/** A command that runs a program in isolation and reports its end like a shell: 128 + signal. */
export function isolation(): readonly string[] {
  return [...namespace(), 'sh', '-c', INIT, 'sh']
}

/** Runs a program that denies nothing, in the namespaces of this process. */
export function runProgram(name: string, start: Start = {}): Ended {
  return run(command(name, start), start)
}

/** For `before(needsLinux)`: skips on other systems, and says so. */
export function needsLinux(this: Mocha.Context): void {
  if (process.platform !== 'linux') skip(this, 'not Linux')
}

/** For `before(needsIsolation)`: skips if this user may not create a namespace, and says so. */
export function needsIsolation(this: Mocha.Context): void {
  needsLinux.call(this)
  const [program = '', ...args] = [...namespace(), 'true']
  if (spawnSync(program, args).status !== 0) skip(this, 'this user may not have a PID namespace')
}

/** Skips the test or hook, and says why. */
export function skip(context: Mocha.Context, why: string): never {
  console.log(`      skipped: ${why}`)
  return context.skip()
}

/** Reports a signal as 128 + its number, as shells do, and discards the shell's own message about it. */
const INIT = 'ulimit -c 0; exec 3>&2 2>/dev/null; ("$@" 2>&3 3>&-); exit $?'

function namespace(): readonly string[] {
  const unprivileged = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  return ['unshare', ...unprivileged, '--fork', '--pid', '--mount-proc', '--kill-child']
}

function command(name: string, { args = [], execArgs = [], node, through = [] }: Start) {
  return [...through, node ?? process.execPath, ...execArgs, programFile(name), ...args]
}

function run([program = '', ...args]: readonly string[], { env, input = '' }: Start): Ended {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    env: { ...process.env, NODE_V8_COVERAGE: undefined, ...env }, // a sealed program can't write it
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  if (error) throw error
  return { end: signal ?? endOf(status ?? 0), stdout, stderr }
}

function endOf(status: number): number | string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)
  return signal?.[0] ?? status
}
