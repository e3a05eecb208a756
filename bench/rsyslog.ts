// rsyslog doing what the agent does in the tables of the pipeline and of outputs: it brings lines, which it reads from
// a file (imfile), into another one or to a server, with its own defaults.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuTimeOf } from './child.ts'
import type { Run } from './flood.ts'
import { inFolder } from './folder.ts'

const POLL_MS = 5
const START_LIMIT_MS = 10_000
const COPY_LIMIT_MS = 120_000

/** The rsyslogd of this machine, which is in no ordinary user's PATH; or undefined. */
export function rsyslogd(): string | undefined {
  const candidates = ['rsyslogd', '/usr/sbin/rsyslogd']
  return candidates.find(file => spawnSync(file, ['-v'], { timeout: 10_000 }).status === 0)
}

/** Where rsyslog brings the lines. */
export interface Destination {
  /** The module of the action, unless it is always there. */
  readonly module?: string
  /** With a template `line`, or `ended` by a newline. `path` is a folder of its own. */
  action(path: string): string
  /** Whether all of them have come. */
  hasCome(path: string, events: number, bytes: number): boolean | Promise<boolean>
}

/** A file. */
export const COPY: Destination = {
  action: path => `action(type="omfile" file="${path}/out" template="ended")`,
  hasCome: (path, _, bytes) => sizeOf(`${path}/out`) >= bytes,
}

/** Has it bring a line so many times. The file appears only once rsyslog runs: its start isn't measured. */
export function rsyslogRun(
  program: string,
  { line, events }: { readonly line: string; readonly events: number },
  to: Destination,
): Promise<Run> {
  return inFolder(async ({ path }) => {
    const [input, pidFile] = [`${path}/in/lines`, `${path}/pid`]
    for (const folder of ['in', 'work']) mkdirSync(`${path}/${folder}`)
    const bytes = Buffer.alloc((Buffer.byteLength(line) + 1) * events, `${line}\n`)
    writeFileSync(`${path}/lines`, bytes)
    writeFileSync(`${path}/rsyslog.conf`, configuration(path, to))
    const child = spawn(program, ['-n', '-f', `${path}/rsyslog.conf`, '-i', pidFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const until = watched(child)
    try {
      await until(() => existsSync(pidFile), START_LIMIT_MS)
      await sleep(300) // from its pid file on until it watches the folder
      const [start, cpu] = [performance.now(), cpuTimeOf(child.pid ?? 0).own]
      renameSync(`${path}/lines`, input)
      await until(() => to.hasCome(path, events, bytes.length), COPY_LIMIT_MS)
      return { events, ms: performance.now() - start, cpuMs: cpuTimeOf(child.pid ?? 0).own - cpu }
    } finally {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  })
}

function configuration(path: string, { module, action }: Destination): string {
  return `global(workDirectory="${path}/work")
module(load="imfile")
${module === undefined ? '' : `module(load="${module}")`}
template(name="ended" type="string" string="%msg%\\n")
template(name="line" type="string" string="%msg%")
input(type="imfile" file="${path}/in/*" tag="bench" ruleset="bring")
ruleset(name="bring") { ${action(path)} }
`
}

/** Returns a function that waits for a condition, and throws if the process ends or the time is up before. */
function watched(child: ChildProcess) {
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
      if (problem) throw new Error(`rsyslogd: ${problem}\n${said.slice(-2_000)}`)
      await sleep(POLL_MS)
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
