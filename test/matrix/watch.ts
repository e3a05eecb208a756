import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
} from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Result, type Running, Workplace } from '../cli/workplace.ts'
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
  /** The files that were mapped as executable at the first sample, and those that have come since. */
  readonly libraries: { readonly early: readonly string[]; readonly late: readonly string[] }
  /** The names of the files of events and of the log. */
  readonly files: readonly string[]
}

export interface AgentEvent {
  readonly event: { readonly module: string }
  readonly phase?: string
  readonly spawn?: string
}

/** Whom an agent that root starts becomes. */
export const NOBODY = 65_534
export const IS_ROOT = process.getuid?.() === 0

/** The time between two samples. */
const INTERVAL_MS = 500
/** How much longer than `seconds` the first round may take on a busy machine. */
const GRACE_MS = 120_000

/** How an agent is run otherwise than by default. */
interface Special {
  /** Node's own, such as `--jitless`. */
  readonly options?: string
  /** More of beat.yml. */
  readonly settings?: string
}

/** Runs the agent on a Node for `seconds` and at least one whole round, and stops it with SIGTERM. */
export async function live(
  node: string,
  seconds: number,
  { options, settings }: Special = {},
): Promise<Life> {
  const place = new Workplace({})
  try {
    // Whoever the agent becomes must reach its folders.
    chmodSync(place.folder, 0o755)
    makeCertificate(place)
    mkdirSync(place.path('work'))
    if (IS_ROOT) chownSync(place.path('work'), NOBODY, NOBODY)
    place.write({ 'beat.yml': configuration(place, settings) })
    const through = options === undefined ? [] : ['env', `NODE_OPTIONS=${options}`]
    const agent = place.startOn(node, through, 'run')
    agent.child.stdin?.end()
    await agent.logged('Running')
    const late = setTimeout(seconds * 1000 + GRACE_MS, undefined, { ref: false })
    const round = Promise.race([agent.logged(ROUND_DONE), late])
    void setTimeout((seconds * 1000) / 2).then(() => reload(place, agent, settings))
    const seen = await sample(agent.pid, Promise.all([setTimeout(seconds * 1000), round]))
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    const files = ['data/events', 'logs'].flatMap(folder => readdirSync(place.path(folder)))
    return { ...seen, result, events: readEvents(place), files }
  } finally {
    place.remove()
  }
}

/** As editors and package managers do it: the new file takes the old one's place. */
function reload(place: Workplace, agent: Running, settings?: string): void {
  const one = '- { type: host, id: later, period: 200ms, metricsets: [load] }'
  place.write({ 'beat.yml.new': configuration(place, settings, one) })
  renameSync(place.path('beat.yml.new'), place.path('beat.yml'))
  agent.child.kill('SIGHUP')
}

/** Takes samples until `enough` settles; it rejects if the process ends before. */
async function sample(
  pid: number,
  enough: Promise<unknown>,
): Promise<Pick<Life, 'threads' | 'descriptors' | 'libraries'>> {
  const threads: ThreadStatus[] = []
  const early = executableFiles(pid)
  const libraries = new Set<string>()
  const descriptors = new Set<string>()
  const over = enough.then(
    () => true,
    () => true,
  )
  do {
    threads.push(...threadStatuses(pid))
    for (const target of targets(pid)) descriptors.add(target)
    for (const file of executableFiles(pid)) libraries.add(file)
  } while (!(await Promise.race([over, setTimeout(INTERVAL_MS, false)])))
  const late = [...libraries].filter(file => !early.includes(file))
  return { threads, descriptors, libraries: { early, late } }
}

/**
 * The targets of all descriptors, which only root sees, as the agent is undumpable. A descriptor may be closed
 * between the two calls.
 */
function targets(pid: number): readonly string[] {
  if (!IS_ROOT) return []
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap(fd => {
    try {
      return [readlinkSync(`${folder}/${fd}`)]
    } catch {
      return []
    }
  })
}

/** The files that are mapped as executable, which only root sees as well. */
function executableFiles(pid: number): readonly string[] {
  if (!IS_ROOT) return []
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  return lines.flatMap(line => /^\S+ r-x\S* .* (\/.*)$/.exec(line)?.[1] ?? [])
}

/** Everything at its default, and all that an agent does: reloads, rotates, keeps state, looks up names. */
function configuration(place: Workplace, settings = '', more = ''): string {
  const type = fileURLToPath(new URL('./beats/busy.js', import.meta.url))
  const files = `key: ${place.path('key.pem')}, certificate: ${place.path('cert.pem')}`
  return `beats:
- { type: host, id: seldom, period: 1s }
- { type: host, id: often, period: 100ms, metricsets: [cpu, load, memory, network] }
- { type: ${type}, folder: ${place.path('work')}, ${files} }
${IS_ROOT ? '- { type: audit }' : ''}
${more}
output.file: { path: events, rotate_every_kb: 256, number_of_files: 1024 }
logging: { to_files: true, files.rotateeverybytes: 4096 }
${IS_ROOT ? `user: '${NOBODY}:${NOBODY}'` : ''}
${settings}
`
}

function makeCertificate(place: Workplace): void {
  const { status, stderr } = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', place.path('key.pem'), '-out', place.path('cert.pem'), '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
  ])
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
  chmodSync(place.path('key.pem'), 0o644)
}

function readEvents(place: Workplace): readonly AgentEvent[] {
  const folder = place.path('data/events')
  const files = readdirSync(folder).map(name => readFileSync(`${folder}/${name}`, 'utf8'))
  const lines = files.join('').split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line))
}
