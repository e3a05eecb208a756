// rsyslog doing what the agent does in the table of the pipeline: lines into a file. It reads them from
// another file (imfile → omfile), with its own defaults.
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

/** Has it copy a line so many times. The file appears only once rsyslog runs: its start isn't measured. */
export function rsyslogCopy(program: string, line: string, events: number): Promise<Run> {
  return inFolder(async ({ path }) => {
    const [input, output, pidFile] = [`${path}/in/lines`, `${path}/out`, `${path}/pid`]
    for (const folder of ['in', 'work']) mkdirSync(`${path}/${folder}`)
    const bytes = Buffer.alloc((Buffer.byteLength(line) + 1) * events, `${line}\n`)
    writeFileSync(`${path}/lines`, bytes)
    writeFileSync(`${path}/rsyslog.conf`, configuration(path, output))
    const child = spawn(program, ['-n', '-f', `${path}/rsyslog.conf`, '-i', pidFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const until = watched(child)
    try {
      await until(() => existsSync(pidFile), START_LIMIT_MS)
      await sleep(300) // from its pid file on until it watches the folder
      const [start, cpu] = [performance.now(), cpuTimeOf(child.pid ?? 0).own]
      renameSync(`${path}/lines`, input)
      await until(() => sizeOf(output) >= bytes.length, COPY_LIMIT_MS)
      return { events, ms: performance.now() - start, cpuMs: cpuTimeOf(child.pid ?? 0).own - cpu }
    } finally {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  })
}

function configuration(path: string, output: string): string {
  return `global(workDirectory="${path}/work")
module(load="imfile")
template(name="line" type="string" string="%msg%\\n")
input(type="imfile" file="${path}/in/*" tag="bench" ruleset="copy")
ruleset(name="copy") { action(type="omfile" file="${output}" template="line") }
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
  return async (isDone: () => boolean, limitMs: number): Promise<void> => {
    const start = performance.now()
    while (!isDone()) {
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
