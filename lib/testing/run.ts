import type { Beat } from '../beat.ts'
import type { Event } from '../event.ts'
import { openSession, type Session, type SessionOptions, settingsOf } from './session.ts'
import { createSink, type Sink } from './sink.ts'
import { aborted, within } from './waiting.ts'

export interface RunOptions<R = void> extends SessionOptions {
  /** Stops the beat once it has published this many events. */
  readonly count?: number
  /** Stops the beat once this is true of all events so far. */
  readonly until?: (events: readonly Event[]) => boolean
  /** Does one round in place of `run`. */
  readonly once?: boolean
  /** Stops the beat when it aborts. */
  readonly signal?: AbortSignal
  /** Milliseconds until `runBeat` gives up on the beat, and again for it to return. 5000 by default. */
  readonly timeout?: number
  /** Causes what the beat reports, such as a connection to the port that it has opened. */
  readonly provoke?: (resources: R) => void | Promise<void>
}

/**
 * Opens a beat, runs it and closes it, as the agent does but without sandbox, queue and output. Returns the
 * events that it has published, as an output reads them, without the fields that the framework adds. The
 * beat runs until it returns or is stopped by one of the `options`. Rejects with what the beat throws, or
 * when time runs out.
 *
 * @param config the beat's section of beat.yml
 * @throws AgentError `CONFIG_INVALID` if the beat's schema refuses `config`
 */
export async function runBeat<S, R = void>(
  beat: Beat<S, R>,
  config: Readonly<Record<string, unknown>> = {},
  options: RunOptions<R> = {},
): Promise<readonly Event[]> {
  const session = await openSession(beat, settingsOf(beat, config), options)
  try {
    return await runUntilStopped(beat.name, session, options)
  } finally {
    await session.close()
  }
}

async function runUntilStopped<R>(
  name: string,
  session: Session<R>,
  options: RunOptions<R>,
): Promise<readonly Event[]> {
  const { timeout: timeoutMs = 5000, provoke } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal
  const onPublish = (sink: Sink): void => {
    if (isEnough(sink, options)) stop.abort()
  }
  const sink = createSink({ signal, hasRoom: true, onPublish })
  const act = options.once ? session.once : session.run
  if (act === undefined) throw new Error(`beat "${name}" has no "once"`)
  const run = act(sink, signal)
  const provoked = (async () => provoke?.(session.resources))()
  const running = Promise.all([run, provoked])
  try {
    await within(Promise.race([running, aborted(signal)]), timeoutMs, () => {
      const { length } = sink.events
      return `beat "${name}" was not stopped within ${timeoutMs} ms; it published ${length} events`
    })
  } finally {
    stop.abort()
    const overdue = () => `beat "${name}" did not return within ${timeoutMs} ms of the abort`
    await within(run, timeoutMs, overdue)
  }
  return sink.events.map(event => JSON.parse(JSON.stringify(event)))
}

function isEnough<R>({ events }: Sink, { count, until }: RunOptions<R>): boolean {
  return (count !== undefined && events.length >= count) || until?.(events) === true
}
