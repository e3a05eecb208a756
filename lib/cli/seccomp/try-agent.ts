import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ConfigSource } from '../../config/source/document.ts'
import { packageRoot } from '../../own-package.ts'
import type { LogLine, Tried } from '../../seccomp/check/trial.ts'

/** Milliseconds to start in, and to stop in beyond the agent's own patience. */
const TIMEOUT_MS = 30_000

/** Over whatever the configuration says: seen from inside, and nothing of the agent's touched. */
function overridesFor(folder: string): readonly string[] {
  return [
    ...['seccomp.enabled=true', 'seccomp.required=true', 'seccomp.diagnose=true'],
    ...[`path.data=${folder}`, `path.logs=${folder}`],
    ...['logging.level=info', 'logging.to_stderr=true', 'logging.to_files=false'],
  ]
}

/**
 * Runs the configured agent in a process of its own for so many milliseconds, its beats at work, its
 * events going nowhere, its state in a folder that is removed again; what came of it.
 */
export async function tryAgent(source: ConfigSource, duration: number): Promise<Tried> {
  const folder = await mkdtemp(join(tmpdir(), 'sealbeat-trial-'))
  try {
    const { strictPerms } = source
    const files = source.files.map(file => resolve(file))
    const overrides = [...source.overrides, ...overridesFor(folder)]
    const program = fileURLToPath(new URL('dist/lib/cli/seccomp/trial.js', packageRoot()))
    const args = [...process.execArgv, program, JSON.stringify({ files, overrides, strictPerms })]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    return await follow(child, duration)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function follow(child: ChildProcess, duration: number): Promise<Tried> {
  const log: LogLine[] = []
  const words: string[] = []
  const kill = () => child.kill('SIGKILL')
  let overdue = setTimeout(kill, TIMEOUT_MS)
  if (!child.stderr) throw new TypeError('a child without standard error')
  createInterface({ input: child.stderr }).on('line', line => {
    const read = readLine(line)
    if (typeof read === 'string') words.push(read)
    else log.push(read)
    if (typeof read === 'string' || read.message !== 'Running') return
    clearTimeout(overdue)
    setTimeout(() => child.kill('SIGTERM'), duration).unref()
    overdue = setTimeout(kill, duration + TIMEOUT_MS)
  })
  const [code, signal] = await once(child, 'close')
  clearTimeout(overdue)
  return { end: signal ?? code, log, words, events: publishedIn(log) }
}

/** An object of the log, or words of somebody else. */
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
