import type { WriteResult } from '../output.ts'
import type { Acker } from './acker.ts'

/** Events of one publish that are neighbours in a batch. */
export interface Span {
  readonly acker: Acker
  readonly count: number
}

/** A batch taken from the queue, with the receipts to acknowledge: `spans` cover `lines` in order. */
export interface Lease {
  readonly lines: readonly string[]
  readonly spans: readonly Span[]
}

type Fate = 'confirmed' | 'retry' | 'reject'

/**
 * Acknowledges the events that the output's answer has settled and returns the others, in order. An event
 * that is both to retry and to reject is tried again.
 *
 * @throws TypeError, with nothing acknowledged, for an answer that makes no sense: outputs are plugins
 */
export function ackWritten(lease: Lease, { retry, reject }: WriteResult): Lease {
  if (retry.length === 0 && reject.length === 0) return ackAll(lease)
  const fates = new Array<Fate>(lease.lines.length).fill('confirmed')
  for (const { index } of reject) mark(fates, index, 'reject')
  for (const index of retry) mark(fates, index, 'retry')
  return ackEach(lease, fates)
}

function mark(fates: Fate[], index: number, fate: Fate): void {
  if (fates[index] === undefined) {
    throw new TypeError(`the output refused event ${index} of a batch of ${fates.length}`)
  }
  fates[index] = fate
}

function ackAll({ spans }: Lease): Lease {
  for (const { acker, count } of spans) acker.ack(count)
  return { lines: [], spans: [] }
}

function ackEach(lease: Lease, fates: readonly Fate[]): Lease {
  const lines: string[] = []
  const spans: Span[] = []
  let at = 0
  for (const { acker, count } of lease.spans) {
    const end = at + count
    const left = lease.lines.slice(at, end).filter((_, i) => fates[at + i] === 'retry')
    lines.push(...left)
    if (left.length > 0) spans.push({ acker, count: left.length })
    if (left.length < count) acker.ack(count - left.length)
    at = end
  }
  return { lines, spans }
}
