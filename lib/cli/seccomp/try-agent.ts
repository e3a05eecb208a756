import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ConfigSource } from '../../config/source/document.ts'
import { packageRoot } from '../../own-package.ts'
import type { LogLine, TrialResult } from '../../seccomp/check/trial.ts'

/** Limit for the agent to start, and to stop: longer than the agent's own deadlines. */
const TIMEOUT_MS = 30_000

/** Overrides for the trial: denials are logged, and the agent's own data and logs stay untouched. */
function overridesFor(folder: string): readonly string[] {
  return [
    ...['seccomp.enabled=true', 'seccomp.required=true', 'seccomp.diagnose=true'],
    ...[`path.data=${folder}`, `path.logs=${folder}`],
    ...['logging.level=info', 'logging.to_stderr=true', 'logging.to_files=false'],
  ]
}

/**
 * Runs the configured agent in a child process for `durationMs` milliseconds. Its beats work, its
 * events are discarded, and its state goes to a temporary folder.
 */
export async function tryAgent(source: ConfigSource, durationMs: number): Promise<TrialResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sealbeat-trial-'))
  try {
    const { strictPerms, dropIns } = source
    const files = source.files.map(file => resolve(file))
    const overrides = [...source.overrides, ...overridesFor(folder)]
    const program = fileURLToPath(new URL('dist/bundle/trial.js', packageRoot()))
    const args = [
      ...process.execArgv,
      program,
      JSON.stringify({ files, dropIns, overrides, strictPerms }),
    ]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    return await watch(child, durationMs)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function watch(child: ChildProcess, durationMs: number): Promise<TrialResult> {
  const log: LogLine[] = []
  const otherLines: string[] = []
  const kill = () => child.kill('SIGKILL')
  let overdue = setTimeout(kill, TIMEOUT_MS)
  if (!child.stderr) throw new TypeError('a child without standard error')
  createInterface({ input: child.stderr }).on('line', line => {
    const read = readLine(line)
    if (typeof read === 'string') otherLines.push(read)
    else log.push(read)
    if (typeof read === 'string' || read.message !== 'Running') return
    clearTimeout(overdue)
    setTimeout(() => child.kill('SIGTERM'), durationMs).unref()
    overdue = setTimeout(kill, durationMs + TIMEOUT_MS)
  })
  const [code, signal] = await once(child, 'close')
  clearTimeout(overdue)
  return { end: signal ?? code, log, otherLines, events: publishedIn(log) }
}

/** Returns a log line as an object, and any other line as it is. */
function readLine(line: string): LogLine | string {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : line
  } catch {
    return line
  }
}

function publishedIn(log: readonly LogLine[]): number {
  const stopped = log.findLast(({ message }) => message === 'Stopped')
  return Number(Object(stopped?.events).published ?? 0)
}
