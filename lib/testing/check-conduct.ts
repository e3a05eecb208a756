import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import { aborted } from './aborted.ts'
import { checkEvents } from './check-events.ts'
import type { Session } from './session.ts'
import { createSink, type Sink } from './sink.ts'
import { within } from './within.ts'

export interface Limits<R> {
  /** How many events to wait for, at least; 0 where the beat may have nothing to report. */
  readonly events: number
  /** Milliseconds for the events to come, and for `run` to return after the abort. */
  readonly timeout: number
  /** How many publishes may wait for room at the same time. */
  readonly outstanding: number
  readonly provoke?: (resources: R) => void | Promise<void>
}

/** Runs the beat twice, as when it is restarted: once with room for its events, once without. */
export async function checkConduct<R>(
  session: Session<R>,
  limits: Limits<R>,
): Promise<readonly string[]> {
  const first = await checkFreeRun(session, limits)
  const second = await checkStalledRun(session, limits)
  return [...new Set([...first, ...second])]
}

async function checkFreeRun<R>(session: Session<R>, limits: Limits<R>): Promise<readonly string[]> {
  const { events, timeout } = limits
  const { sink, findings } = await observe(session, limits, {
    hasRoom: true,
    isEnough: so => so.events.length >= Math.max(1, events),
    linger: timeout,
  })
  const few = sink.events.length < events
  return [
    ...findings,
    ...(few ? [`published ${sink.events.length} events in ${timeout} ms, not ${events}`] : []),
    ...checkEvents(sink.events),
  ]
}

/** The queue is full: a beat has to wait, and still to end when it is told to. */
async function checkStalledRun<R>(
  session: Session<R>,
  limits: Limits<R>,
): Promise<readonly string[]> {
  const isFlooded = ({ answers }: Sink): boolean => answers.length > limits.outstanding
  const stalled = { hasRoom: false, isEnough: isFlooded, linger: LINGER }
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
  /** Milliseconds after the first publish that end the run, enough or not. */
  readonly linger: number
}

interface Observation {
  readonly sink: Sink
  readonly findings: readonly string[]
}

/** One run, aborted when the conditions say so, or time runs out. */
async function observe<R>(
  session: Session<R>,
  { timeout, provoke }: Limits<R>,
  { hasRoom, isEnough, linger }: Conditions,
): Promise<Observation> {
  const findings: string[] = []
  const note = (what: string) => (error: unknown) => {
    findings.push(`${what}: ${messageOf(error)}`)
  }
  const stop = new AbortController()
  const { signal } = stop
  const first = new AbortController()
  const onPublish = (so: Sink): void => {
    first.abort()
    if (isEnough(so)) stop.abort()
  }
  const sink = createSink({ signal, hasRoom, onPublish })
  const run = session.run(sink, signal).catch(note('run throws'))
  const provoked = (async () => provoke?.(session.resources))().catch(note('provoke throws'))
  const lingered = aborted(first.signal).then(() => pause(linger, signal))
  await Promise.race([run.then(() => provoked), lingered, pause(timeout, signal)])
  stop.abort()
  const overdue = () => `has not returned ${timeout} ms after the abort`
  await within(run, timeout, overdue).catch(note('run'))
  return { sink, findings: [...findings, ...(await checkAftermath(sink))] }
}

/** Ends early when aborted, and then leaves no timer behind. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}

/** After `run` nobody is to publish, nor to be left without an answer. */
async function checkAftermath(sink: Sink): Promise<readonly string[]> {
  const calls = sink.answers.length
  await sleep(AFTERMATH)
  const unwatched = sink.answers.filter(({ watched }) => !watched).length
  return [
    ...(sink.answers.length > calls ? ['publishes after run has returned'] : []),
    ...(unwatched > 0 ? [`does not await ${unwatched} of ${calls} publishes`] : []),
  ]
}

/** Milliseconds in which a beat may show that it doesn't wait. */
const LINGER = 100

/** Milliseconds in which a forgotten timer or listener may give itself away. */
const AFTERMATH = 100
