import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { FieldTypes } from '../event.ts'
import { checkEvents } from './check-events.ts'
import { checkFields } from './check-fields.ts'
import type { Session } from './session.ts'
import { createSink, type Sink } from './sink.ts'
import { aborted, pause, within } from './waiting.ts'

export interface Limits<R> {
  /** The number of events to wait for, at least; 0 if the beat may have nothing to report. */
  readonly events: number
  /** Milliseconds for the events to arrive, and for `run` to return after the abort. */
  readonly timeout: number
  /** The number of publishes that may wait for room at the same time. */
  readonly outstanding: number
  /** Those that the beat declares. */
  readonly fields?: FieldTypes | undefined
  readonly provoke?: (resources: R) => void | Promise<void>
}

/** Runs the beat twice, like after a restart: once with room for its events, once without; then one round. */
export async function checkConduct<R>(
  session: Session<R>,
  limits: Limits<R>,
): Promise<readonly string[]> {
  const first = await checkFreeRun(session, limits)
  const second = await checkStalledRun(session, limits)
  const round = session.once === undefined ? [] : await checkRound(session.once, session, limits)
  return [...new Set([...first, ...second, ...round])]
}

/** One round has to end by itself. */
async function checkRound<R>(
  once: NonNullable<Session<R>['once']>,
  { resources }: Pick<Session<R>, 'resources'>,
  { timeout: timeoutMs, provoke, fields }: Limits<R>,
): Promise<readonly string[]> {
  const findings: string[] = []
  const note = (error: unknown) => void findings.push(messageOf(error))
  const stop = new AbortController()
  const sink = createSink({ signal: stop.signal, hasRoom: true, onPublish: () => undefined })
  const round = once(sink, stop.signal)
  await (async () => provoke?.(resources))().catch(note)
  await within(round, timeoutMs, () => `did not return within ${timeoutMs} ms`).catch(note)
  stop.abort()
  const overdue = () => `did not return within ${timeoutMs} ms of the abort`
  if (findings.length > 0) await within(round, timeoutMs, overdue).catch(note)
  const own = [...new Set(findings), ...(await checkAftermath(sink))]
  return [
    ...own.map(finding => `once: ${finding}`),
    ...checkEvents(sink.events),
    ...(fields ? checkFields(sink.events, fields) : []),
  ]
}

async function checkFreeRun<R>(session: Session<R>, limits: Limits<R>): Promise<readonly string[]> {
  const { events: wanted, timeout: timeoutMs, fields } = limits
  const { sink, findings } = await observe(session, limits, {
    hasRoom: true,
    isEnough: ({ events }) => events.length >= Math.max(1, wanted),
    lingerMs: timeoutMs,
  })
  const { length } = sink.events
  return [
    ...findings,
    ...(length < wanted
      ? [`published ${length} events in ${timeoutMs} ms; expected at least ${wanted}`]
      : []),
    ...checkEvents(sink.events),
    ...(fields ? checkFields(sink.events, fields) : []),
  ]
}

/** The queue is full: the beat has to wait, and still has to end after the abort. */
async function checkStalledRun<R>(
  session: Session<R>,
  limits: Limits<R>,
): Promise<readonly string[]> {
  const isFlooded = ({ answers }: Sink): boolean => answers.length > limits.outstanding
  const stalled = { hasRoom: false, isEnough: isFlooded, lingerMs: LINGER_MS }
  const { sink, findings } = await observe(session, limits, stalled)
  const waiting = sink.answers.length
  return [
    ...findings.map(finding => `while the queue is full: ${finding}`),
    ...(isFlooded(sink)
      ? [`published ${waiting} times without waiting for room in the queue`]
      : []),
  ]
}

interface Conditions {
  readonly hasRoom: boolean
  /** Ends the run at once. */
  readonly isEnough: (sink: Sink) => boolean
  /** The run ends this long after the first publish, enough or not. */
  readonly lingerMs: number
}

interface Observation {
  readonly sink: Sink
  readonly findings: readonly string[]
}

/** Observes one run, and aborts it when the conditions say so or time runs out. */
async function observe<R>(
  session: Session<R>,
  { timeout: timeoutMs, provoke }: Limits<R>,
  { hasRoom, isEnough, lingerMs }: Conditions,
): Promise<Observation> {
  const findings: string[] = []
  const note = (what: string) => (error: unknown) => {
    findings.push(`${what}: ${messageOf(error)}`)
  }
  const stop = new AbortController()
  const { signal } = stop
  const first = new AbortController()
  const onPublish = (current: Sink): void => {
    first.abort()
    if (isEnough(current)) stop.abort()
  }
  const sink = createSink({ signal, hasRoom, onPublish })
  const run = session.run(sink, signal).catch(note('run throws'))
  const provoked = (async () => provoke?.(session.resources))().catch(note('provoke throws'))
  const lingered = aborted(first.signal).then(() => pause(lingerMs, signal))
  await Promise.race([run.then(() => provoked), lingered, pause(timeoutMs, signal)])
  stop.abort()
  const overdue = () => `did not return within ${timeoutMs} ms of the abort`
  await within(run, timeoutMs, overdue).catch(note('run'))
  return { sink, findings: [...findings, ...(await checkAftermath(sink))] }
}

/** After `run`, nothing may publish, and no publish may be left that nobody awaits. */
async function checkAftermath(sink: Sink): Promise<readonly string[]> {
  const calls = sink.answers.length
  await sleep(AFTERMATH_MS)
  const unwatched = sink.answers.filter(({ watched }) => !watched).length
  return [
    ...(sink.answers.length > calls ? ['publishes after run has returned'] : []),
    ...(unwatched > 0 ? [`does not await ${unwatched} of ${calls} publishes`] : []),
  ]
}

/** Time for a beat to show that it doesn't wait. */
const LINGER_MS = 100

/** Time for a forgotten timer or listener to publish. */
const AFTERMATH_MS = 100
