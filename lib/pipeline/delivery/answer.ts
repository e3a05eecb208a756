import type { Rejection, Why, WriteResult } from '../../output.ts'
import { MAX_RETRY_AFTER_MS } from '../../retry-after.ts'
import type { Fate } from '../owners.ts'
import type { Cause } from './rows.ts'

/** A peer's reason is kept with each of its events. */
const MAX_REASON_LENGTH = 1_000

/** What an output has answered, in values of our own: outputs are plugins, and reading theirs may throw. */
export interface Answer {
  /** Nothing of the batch was taken: it has to be halved. */
  readonly isTooLarge: boolean
  /** By index; undefined for events to try again. Undefined as a whole if all are confirmed. */
  readonly fates: readonly (Fate | undefined)[] | undefined
  /** The rejected events. */
  readonly rejected: readonly Rejection[]
  /** Milliseconds that the peer asks to wait before the next write; 0 if it asks for none. */
  readonly askedMs: number
  /** Why others wait as well: the output has said so, or the peer asks for a pause. */
  readonly cause: Cause | undefined
  readonly why: Why | undefined
}

/**
 * Reads an answer for a batch of so many events. An event that is both to retry and to reject is tried
 * again.
 *
 * @param isRest whether others of its batch were settled before: that these are throttled once more says nothing of
 *   other batches, unless the peer asks for a pause
 * @throws TypeError for an answer that makes no sense
 */
export function answerOf(count: number, result: WriteResult, isRest = false): Answer {
  const { tooLarge, retryAfterMs, cause, why } = result
  // What is said last of an event counts, once.
  const byIndex = new Map<number, Rejection>()
  for (const rejection of result.reject) {
    const { index, reason, status } = rejection
    const text = `${reason}`.slice(0, MAX_REASON_LENGTH)
    byIndex.set(index, { index, reason: text, ...(typeof status === 'number' && { status }) })
  }
  const reject = [...byIndex.values()]
  const retry = Array.from(result.retry)
  const isWhole = reject.length === 0 && retry.length === 0
  const fates = isWhole ? undefined : fatesOf(count, retry, reject)
  // A date that was taken for a number is NaN.
  const askedMs = Number(retryAfterMs) > 0 ? Math.min(Number(retryAfterMs), MAX_RETRY_AFTER_MS) : 0
  return {
    isTooLarge: tooLarge === true,
    fates,
    rejected: reject.filter(({ index }) => fates?.[index] === 'rejected'),
    askedMs,
    cause: causeOf(cause, askedMs, isRest),
    why: why === undefined ? undefined : whyOf(why),
  }
}

function whyOf({ message, hint, status, answer }: Why): Why {
  const cut = (text: unknown) => `${text}`.slice(0, MAX_REASON_LENGTH)
  return {
    message: cut(message),
    ...(hint !== undefined && { hint: cut(hint) }),
    ...(typeof status === 'number' && { status }),
    ...(answer !== undefined && { answer: cut(answer) }),
  }
}

function causeOf(said: unknown, askedMs: number, isRest: boolean): Cause | undefined {
  if (said === 'lost') return said
  return askedMs > 0 || (said !== undefined && !isRest) ? 'throttled' : undefined
}

function fatesOf(
  count: number,
  retry: readonly number[],
  reject: readonly { readonly index: number }[],
): readonly (Fate | undefined)[] {
  const fates = new Array<Fate | undefined>(count).fill('confirmed')
  const set = (index: number, fate: Fate | undefined) => {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new TypeError(`the output refused event ${index} of a batch of ${count}`)
    }
    fates[index] = fate
  }
  for (const { index } of reject) set(index, 'rejected')
  for (const index of retry) set(index, undefined)
  return fates
}
