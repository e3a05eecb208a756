import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { textsOfThreads } from '../threads.ts'
import { compare, type Finding } from './finding.ts'

const AGENT = fileURLToPath(new URL('./programs/agent.js', import.meta.url))
const EVENTS = 3
/** An emulated riscv64 on a busy machine took more than a minute to start Node; a real one takes a second. */
const TIMEOUT_MS = 300_000

/** A real agent ships events under the default policy, and stops cleanly. */
export async function* agent(): AsyncIterable<Finding> {
  if (Number(process.versions.node.split('.', 1)[0]) < 20) {
    yield { name: 'a real agent', skipped: `needs Node 20, but this is ${process.version}` }
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'conformance-agent-'))
  writeFileSync(join(folder, 'beat.yml'), settings(folder), { mode: 0o644 })
  const child = spawn(process.execPath, [AGENT, join(folder, 'beat.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log: string[] = []
  child.stderr.setEncoding('utf8').on('data', chunk => log.push(chunk))
  const events = await shipped(child, folder)
  const text = log.join('')
  const sealed = events.length < EVENTS ? [] : seccompModes(child.pid)
  const end = await stopped(child)
  yield compare(
    `a real agent${end === 0 ? '' : `: ${log.join('')}`}`,
    {
      events: events.length >= EVENTS,
      host: events.every(event => event.includes('"host"') && event.includes('@timestamp')),
      installed: text.includes('Syscall filter successfully installed'),
      sealed,
      end,
    },
    { events: true, host: true, installed: true, sealed: ['2'], end: 0 },
  )
  rmSync(folder, { recursive: true })
}

/** Stops the agent and returns its exit code or signal; SIGKILL if it does not stop in time. */
async function stopped(child: ChildProcess): Promise<string | number | null> {
  child.kill('SIGTERM')
  const overdue = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  clearTimeout(overdue)
  return child.signalCode ?? child.exitCode
}

function settings(folder: string): string {
  return [
    'beats: [{ type: host, period: 1s }]',
    `output.file: { path: ${folder}/out }`,
    `path: { data: ${folder}/data, logs: ${folder}/logs }`,
    '',
  ].join('\n')
}

/** Waits for events in the file output; gives up if the agent ends. */
async function shipped(child: ChildProcess, folder: string): Promise<readonly string[]> {
  const until = Date.now() + TIMEOUT_MS
  while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
    const lines = linesIn(join(folder, 'out'))
    if (lines.length >= EVENTS) return lines
    await sleep(200)
  }
  return linesIn(join(folder, 'out'))
}

function linesIn(folder: string): readonly string[] {
  try {
    const texts = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
    return texts.flatMap(text => text.split('\n').filter(line => line !== ''))
  } catch {
    // The folder does not exist yet.
    return []
  }
}

/** The seccomp modes of the threads of a process, without duplicates. */
function seccompModes(pid = 0): readonly string[] {
  const modes = textsOfThreads(pid, 'status').map(
    status => /^Seccomp:\t(\d)/m.exec(status)?.[1] ?? 'unknown',
  )
  return [...new Set(modes)]
}
