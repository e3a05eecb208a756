import { type Logger, pino } from 'pino'
import type { Beat, Context, StateStore } from '../beat.ts'
import type { Sink } from './sink.ts'
import { memoryState } from './state.ts'

/** A beat that has been opened: to be run, several times if need be, and closed. */
export interface Session<R> {
  readonly resources: R
  /** Resolves when the beat has returned; an AbortError after the abort is a return too. */
  run(sink: Sink, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface SessionOptions {
  /** Silent by default. */
  readonly log?: Logger
  /** A fresh one in memory by default. */
  readonly state?: StateStore
}

export async function openSession<S, R>(
  beat: Beat<S, R>,
  settings: S,
  { log = silent(), state = memoryState() }: SessionOptions,
): Promise<Session<R>> {
  // `R` is void where there is no `open`, which TypeScript can't follow.
  const resources = (await beat.open?.({ settings, log })) as R
  return {
    resources,
    async run({ publish }, signal) {
      const context: Context<S> = { settings, log, id: beat.name, signal, state, publish }
      try {
        await beat.run(context, resources)
      } catch (error) {
        if (!isAbort(error, signal)) throw error
      }
    },
    close: async () => beat.close?.(resources),
  }
}

/** What every promise that was given the signal rejects with, when it aborts. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  const isReason = error === signal.reason
  return signal.aborted && (isReason || (error instanceof Error && error.name === 'AbortError'))
}

/** Has a destination of its own: pino's leaves a listener for the process's exit. */
function silent(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined })
}
