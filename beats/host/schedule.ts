import { setTimeout } from 'node:timers/promises'

/** Milliseconds of a clock that is never set, and a sleep that returns early when aborted. */
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
 * Yields at once and then at every multiple of `period` (milliseconds) after that, without drift,
 * until `signal` aborts. Yields how many ticks went by unused because the one before took too long:
 * they are skipped, never made up for.
 */
export async function* ticks(
  period: number,
  signal: AbortSignal,
  clock: Clock = monotonic,
): AsyncGenerator<number, void, void> {
  const start = clock.now()
  for (let tick = 0, skipped = 0; !signal.aborted; ) {
    yield skipped
    // A timer may go off a little early: this must not make the same tick due twice.
    const due = Math.max(tick, Math.floor((clock.now() - start) / period)) + 1
    skipped = due - tick - 1
    tick = due
    await clock.sleep(start + tick * period - clock.now(), signal)
  }
}
