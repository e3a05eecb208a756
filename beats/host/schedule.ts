import { setTimeout } from 'node:timers/promises'

/** A monotonic clock in milliseconds, and a sleep that returns early when aborted. */
export interface Clock {
  now(): number
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const monotonic: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
}

/**
 * Yields at once and then at every multiple of `periodMs` after that, without drift, until `signal` aborts.
 * If the work of one tick takes too long, the ticks that it missed are skipped, never made up for. Yields the
 * number of ticks skipped.
 */
export async function* ticks(
  periodMs: number,
  signal: AbortSignal,
  clock: Clock = monotonic,
): AsyncGenerator<number, void, void> {
  const startMs = clock.now()
  for (let tick = 0, skipped = 0; !signal.aborted; ) {
    yield skipped
    // A timer may fire a little early, which must not make the same tick due twice.
    const due = Math.max(tick, Math.floor((clock.now() - startMs) / periodMs)) + 1
    skipped = due - tick - 1
    tick = due
    await clock.sleep(startMs + tick * periodMs - clock.now(), signal)
  }
}
