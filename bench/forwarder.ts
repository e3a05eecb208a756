// Another program that brings lines from a file to where the agent brings them: started, given the lines, measured.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuTimeOf } from './child.ts'
import type { Run } from './flood.ts'
import { inFolder } from './folder.ts'

const POLL_MS = 5
const START_LIMIT_MS = 10_000
const COPY_LIMIT_MS = 120_000

export interface Forwarder {
  readonly name: string
  /** In the foreground, with the lines of files that appear in `in` of the folder. */
  readonly command: (path: string) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A file that is in the folder once it runs. */
  readonly sign: string
  readonly configuration: (path: string) => string
}

export interface Lines {
  readonly line: string
  readonly events: number
}

/** Whether all of them have come. */
export type HasCome = (path: string, events: number, bytes: number) => boolean | Promise<boolean>

/** Has it bring a line so many times. The file appears only once it runs: its start isn't measured. */
export function forwarderRun(
  { name, command, env, sign, configuration }: Forwarder,
  { line, events }: Lines,
  hasCome: HasCome,
): Promise<Run> {
  return inFolder(async ({ path }) => {
    for (const folder of ['in', 'work']) mkdirSync(`${path}/${folder}`)
    const bytes = Buffer.alloc((Buffer.byteLength(line) + 1) * events, `${line}\n`)
    writeFileSync(`${path}/lines`, bytes)
    writeFileSync(`${path}/configuration`, configuration(path))
    const [file = '', ...args] = command(path)
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    })
    const until = watched(name, child)
    try {
      await until(() => existsSync(`${path}/${sign}`), START_LIMIT_MS)
      await sleep(300) // from its sign on until it watches the folder
      const [start, cpu] = [performance.now(), cpuTimeOf(child.pid ?? 0).own]
      renameSync(`${path}/lines`, `${path}/in/lines`)
      await until(() => hasCome(path, events, bytes.length), COPY_LIMIT_MS)
      return { events, ms: performance.now() - start, cpuMs: cpuTimeOf(child.pid ?? 0).own - cpu }
    } finally {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  })
}

/** Returns a function that waits for a condition, and throws if the process ends or the time is up before. */
function watched(name: string, child: ChildProcess) {
  let said = ''
  let failed: string | undefined
  child.stderr?.on('data', chunk => {
    said += chunk
  })
  child.on('error', error => {
    failed = error.message
  })
  child.on('exit', (status, signal) => {
    failed = `it ended with ${signal ?? status}`
  })
  return async (isDone: () => boolean | Promise<boolean>, limitMs: number): Promise<void> => {
    const start = performance.now()
    while (!(await isDone())) {
      const late = performance.now() - start > limitMs ? `not done after ${limitMs} ms` : undefined
      const problem = failed ?? late
      if (problem) throw new Error(`${name}: ${problem}\n${said.slice(-2_000)}`)
      await sleep(POLL_MS)
    }
  }
}
