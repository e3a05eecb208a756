import { type Logger, pino } from 'pino'
import type { Beat, Context, StateStore } from '../beat.ts'
import { parseSettings } from '../config/schema/settings.ts'
import { AgentError, formatProblem, type Problem } from '../errors.ts'
import type { Event, EventMeta, LinePublisher } from '../event.ts'
import { endsOf } from '../pipeline/line-ends.ts'
import type { Plugin } from '../plugin.ts'
import type { Sink } from './sink.ts'
import { memoryState } from './state.ts'

/** A beat that has been opened: it can be run several times, and must be closed. */
export interface Session<R> {
  readonly resources: R
  /** Resolves when the beat has returned; an AbortError after the abort counts as a return. */
  run(sink: Sink, signal: AbortSignal): Promise<void>
  /** The same for one round; undefined if the beat has none. */
  readonly once: ((sink: Sink, signal: AbortSignal) => Promise<void>) | undefined
  close(): Promise<void>
}

export interface SessionOptions {
  /** Silent by default. */
  readonly log?: Logger
  /** A new one in memory by default. */
  readonly state?: StateStore
}

/**
 * The settings that `config` results in, as in the agent.
 *
 * @throws AgentError `CONFIG_INVALID` with every problem
 */
export function settingsOf<S>(plugin: Plugin<S>, config: Readonly<Record<string, unknown>>): S {
  const problems: Problem[] = []
  const settings = parseSettings(plugin, { path: [plugin.name], value: config }, (path, message) =>
    problems.push({ path, message }),
  )
  if (settings !== undefined && problems.length === 0) return settings
  const message = problems.map(formatProblem).join('\n')
  throw new AgentError('CONFIG_INVALID', message, { problems })
}

export async function openSession<S, R>(
  beat: Beat<S, R>,
  settings: S,
  { log = silent(), state = memoryState() }: SessionOptions,
): Promise<Session<R>> {
  // `R` is void where there is no `open`, which TypeScript can't infer.
  const resources = (await beat.open?.({ settings, log })) as R
  const runs =
    (act: (context: Context<S>) => Promise<void> | undefined) =>
    async ({ publish }: Sink, signal: AbortSignal): Promise<void> => {
      const lines = linesTo(publish)
      try {
        await act({ settings, log, id: beat.name, signal, state, publish, lines })
      } catch (error) {
        if (!isAbort(error, signal)) throw error
      }
    }
  return {
    resources,
    run: runs(context => beat.run(context, resources)),
    once: beat.once && runs(context => beat.once?.(context, resources)),
    close: async () => beat.close?.(resources),
  }
}

/**
 * The door for encoded events in a test, where the agent adds nothing. Refuses what the agent refuses, and
 * lines that are no JSON as well. Gives the events as objects.
 */
function linesTo(publish: Context<unknown>['publish']): LinePublisher {
  return {
    constantsFor: () => '',
    // Not async: the promise of `publish` knows whether the beat awaits it.
    publish(bytes, meta) {
      try {
        return publish(eventsOf(bytes, meta))
      } catch (error) {
        return Promise.reject(error)
      }
    },
  }
}

function eventsOf(bytes: Uint8Array, meta: EventMeta | undefined): Event[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let from = 0
  return endsOf(buffer).map(end => {
    const event: Event = JSON.parse(buffer.toString('utf8', from, end))
    from = end
    return meta?.fields === undefined ? event : { ...event, '@metadata': meta.fields }
  })
}

/** Whether `error` is what promises that were given the signal reject with when it aborts. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  const isReason = error === signal.reason
  return signal.aborted && (isReason || (error instanceof Error && error.name === 'AbortError'))
}

/** Has its own destination: pino's default one leaves a listener for the exit of the process. */
export function silent(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined })
}
