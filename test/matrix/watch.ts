import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Result, Workplace } from '../cli/workplace.ts'
import { type ThreadStatus, threadStatuses } from '../spec/thread-status.ts'
import { ROUND_DONE } from './beats/busy.ts'

/** One run of the agent under the default policy, observed from outside. */
export interface Life {
  readonly result: Result
  /** The events that the two beats published, from output.file. */
  readonly events: readonly AgentEvent[]
  /** All threads and the targets of all descriptors, from every sample. */
  readonly threads: readonly ThreadStatus[]
  readonly descriptors: ReadonlySet<string>
}

export interface AgentEvent {
  readonly event: { readonly module: string }
  readonly phase?: string
  readonly spawn?: string
}

/** The time between two samples. */
const INTERVAL_MS = 500
/** How much longer than `seconds` the first round may take on a busy machine. */
const GRACE_MS = 120_000

/** Runs the agent on a Node for `seconds` and at least one whole round, and stops it with SIGTERM. */
export async function live(node: string, seconds: number): Promise<Life> {
  const place = new Workplace({})
  try {
    makeCertificate(place)
    place.write({ 'beat.yml': configuration(place) })
    const agent = place.startOn(node, [], 'run')
    agent.child.stdin?.end()
    await agent.logged('Running')
    const late = setTimeout(seconds * 1000 + GRACE_MS, undefined, { ref: false })
    const round = Promise.race([agent.logged(ROUND_DONE), late])
    const seen = await sample(agent.pid, Promise.all([setTimeout(seconds * 1000), round]))
    agent.child.kill('SIGTERM')
    return { ...seen, result: await agent.ended(), events: readEvents(place) }
  } finally {
    place.remove()
  }
}

/** Takes samples until `enough` settles; it rejects if the process ends before. */
async function sample(
  pid: number,
  enough: Promise<unknown>,
): Promise<Pick<Life, 'threads' | 'descriptors'>> {
  const threads: ThreadStatus[] = []
  const descriptors = new Set<string>()
  const over = enough.then(
    () => true,
    () => true,
  )
  do {
    threads.push(...threadStatuses(pid))
    for (const target of targets(pid)) descriptors.add(target)
  } while (!(await Promise.race([over, setTimeout(INTERVAL_MS, false)])))
  return { threads, descriptors }
}

/** The targets of all descriptors. A descriptor may be closed between the two calls. */
function targets(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap(fd => {
    try {
      return [readlinkSync(`${folder}/${fd}`)]
    } catch {
      return []
    }
  })
}

function configuration(place: Workplace): string {
  const type = fileURLToPath(new URL('./beats/busy.js', import.meta.url))
  return `beats:
- { type: host, id: seldom, period: 1s }
- { type: host, id: often, period: 100ms, metricsets: [cpu, load, memory, network] }
- { type: ${type}, key: ${place.path('key.pem')}, certificate: ${place.path('cert.pem')} }
output.file: { path: events }
`
}

function makeCertificate(place: Workplace): void {
  const { status, stderr } = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', place.path('key.pem'), '-out', place.path('cert.pem'), '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
  ])
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
}

function readEvents(place: Workplace): readonly AgentEvent[] {
  const folder = place.path('data/events')
  const files = readdirSync(folder).map(name => readFileSync(`${folder}/${name}`, 'utf8'))
  const lines = files.join('').split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line))
}
