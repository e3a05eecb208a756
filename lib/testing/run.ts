import type { Beat } from '../beat.ts'
import type { Event } from '../event.ts'
import { aborted } from './aborted.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import { settingsOf } from './settings.ts'
import { createSink, type Sink } from './sink.ts'
import { within } from './within.ts'

export interface RunOptions<R = void> extends SessionOptions {
  /** Stops the beat once it has published that many events. */
  readonly count?: number
  /** Stops the beat once this is true of all events so far. */
  readonly until?: (events: readonly Event[]) => boolean
  /** Stops the beat when it aborts. */
  readonly signal?: AbortSignal
  /** Milliseconds until it is given up on, and again for it to return. 5000 by default. */
  readonly timeout?: number
  /** Makes happen what the beat reports, such as a connection to the port that it has opened. */
  readonly provoke?: (resources: R) => void | Promise<void>
}

/**
 * Opens a beat, runs it and closes it, as the agent does but without sandbox, queue and output, and
 * returns what it has published: as an output reads it, without the fields that the framework adds.
 * `config` is what its section of beat.yml would say. It runs until it returns or is stopped, for
 * which `options` has several ways. Rejects with what the beat throws, with an AgentError
 * CONFIG_INVALID for a section that its schema refuses, and when time runs out.
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
  const { timeout = 5000, provoke } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal
  const onPublish = (sink: Sink): void => {
    if (isEnough(sink, options)) stop.abort()
  }
  const sink = createSink({ signal, hasRoom: true, onPublish })
  const run = session.run(sink, signal)
  const provoked = (async () => provoke?.(session.resources))()
  const running = Promise.all([run, provoked])
  try {
    await within(Promise.race([running, aborted(signal)]), timeout, () => {
      return `beat "${name}" was not stopped within ${timeout} ms; it published ${sink.events.length} events`
    })
  } finally {
    stop.abort()
    await within(run, timeout, () => `beat "${name}" did not return ${timeout} ms after the abort`)
  }
  return sink.events.map(event => JSON.parse(JSON.stringify(event)))
}

function isEnough<R>({ events }: Sink, { count, until }: RunOptions<R>): boolean {
  return (count !== undefined && events.length >= count) || until?.(events) === true
}
