import { execFile, spawn } from 'node:child_process'
import { readFile, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MARKER } from '../test/workload/phase.ts'
import { NOTED_ARGUMENTS, type RecordedCall } from './recording.ts'

/** How to run what is to be watched. */
export interface Run {
  readonly command: readonly string[]
  /** Give it a terminal instead of pipes. */
  readonly terminal?: boolean
}

export async function straceVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('strace', ['--version'])
  return `strace ${/version (\S+)/.exec(stdout)?.[1] ?? 'unknown'}`
}

/**
 * Runs a program to its end under strace, all threads followed, and with io_uring_setup and clone3
 * refused, as they are behind our filter: libuv and libc then use calls that a filter can see.
 */
export async function trace(run: Run): Promise<readonly RecordedCall[]> {
  const output = join(tmpdir(), `sealbeat-strace-${process.pid}`)
  await finish(commandLine(run, output))
  const calls = countCalls(await readFile(output, 'utf8'))
  await unlink(output)
  return calls
}

function commandLine({ command, terminal }: Run, output: string): readonly string[] {
  const raw = ['clone3', ...Object.keys(NOTED_ARGUMENTS)].join()
  const traced = [
    ...['strace', '-f', '-qq', '-o', output, '-e', 'signal=none', '-e', `raw=${raw}`],
    ...['-e', 'inject=io_uring_setup,clone3:error=ENOSYS', ...command],
  ]
  return terminal ? ['script', '-qec', traced.join(' '), '/dev/null'] : traced
}

/** The program's exit code says nothing here: some are made to crash. */
async function finish([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end('input\n')
  child.stdout.on('data', data => process.stdout.write(data))
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
}

/** Lines are `PID NAME(ARGUMENTS) = RESULT`, or cut by ` <unfinished ...>` and resumed later. */
function countCalls(text: string): readonly RecordedCall[] {
  const calls = new Map<string, { phases: Record<string, number>; values: Set<string> }>()
  let phase = 'boot'
  for (const [, name = '', rest = ''] of text.matchAll(/^\d+ +(\w+)\((.*)$/gm)) {
    phase = markedPhase(rest) ?? phase
    const call = calls.get(name) ?? { phases: {}, values: new Set() }
    calls.set(name, call)
    call.phases[phase] = (call.phases[phase] ?? 0) + 1
    const values = notedValues(name, rest)
    if (values !== undefined && phase !== 'boot') call.values.add(values)
  }
  return [...calls].map(([name, { phases, values }]) => {
    return { name, phases, values: [...values].sort() }
  })
}

function markedPhase(rest: string): string | undefined {
  const at = rest.indexOf(`"${MARKER}`)
  return at < 0 ? undefined : rest.slice(at + 1 + MARKER.length).split('"', 1)[0]
}

function notedValues(name: string, rest: string): string | undefined {
  const args = rest.replace(/\).*| <unfinished.*/, '').split(', ')
  return NOTED_ARGUMENTS[name]?.map(at => args[at] ?? '').join(' ')
}
