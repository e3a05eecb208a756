import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compare, type Finding } from './finding.ts'

const AGENT = fileURLToPath(new URL('./programs/agent.js', import.meta.url))
const EVENTS = 3
/** Of an emulated machine; a real one takes a second. */
const PATIENCE_MS = 60_000

/** A real agent ships events under the default policy, and stops cleanly. */
export async function* agent(): AsyncIterable<Finding> {
  if (Number(process.versions.node.split('.', 1)[0]) < 20) {
    yield { name: 'a real agent', skipped: `it needs Node 20, and this is ${process.version}` }
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'conformance-agent-'))
  writeFileSync(join(folder, 'beat.yml'), settings(folder), { mode: 0o644 })
  const child = spawn(process.execPath, [AGENT, join(folder, 'beat.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log: string[] = []
  child.stderr.setEncoding('utf8').on('data', text => log.push(text))
  const events = await shipped(child, folder)
  const said = log.join('')
  const sealed = events.length < EVENTS ? [] : seccompModes(child.pid)
  const end = await stopped(child)
  yield compare(
    `a real agent${end === 0 ? '' : `: ${log.join('')}`}`,
    {
      events: events.length >= EVENTS,
      host: events.every(event => event.includes('"host"') && event.includes('@timestamp')),
      installed: said.includes('Syscall filter successfully installed'),
      sealed,
      end,
    },
    { events: true, host: true, installed: true, sealed: ['2'], end: 0 },
  )
  rmSync(folder, { recursive: true })
}

/** How the agent ends when it is told to: well within its own deadline, or not at all. */
async function stopped(child: ChildProcess): Promise<string | number | null> {
  child.kill('SIGTERM')
  const overdue = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
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

/** Waits for events in the file output; gives up where the agent has ended. */
async function shipped(child: ChildProcess, folder: string): Promise<readonly string[]> {
  const until = Date.now() + PATIENCE_MS
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
    // Not there yet.
    return []
  }
}

/** What the threads of a process say of themselves; one word if they all say the same. */
function seccompModes(pid: number | undefined): readonly string[] {
  const modes = readdirSync(`/proc/${pid}/task`).map(thread => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1')
    return /^Seccomp:\t(\d)/m.exec(status)?.[1] ?? 'unknown'
  })
  return [...new Set(modes)]
}
