import type { WriteResult } from '../output.ts'
import type { Acker } from './acker.ts'

/** Neighbouring events of one publish. */
export interface Span {
  readonly acker: Acker
  readonly count: number
}

/** What goes to the output at once, and whose it is: `runs` cover `lines` in order. */
export interface Lease {
  readonly lines: readonly string[]
  readonly spans: readonly Span[]
}

type Fate = 'confirmed' | 'retry' | 'reject'

/**
 * Settles with the tickets what an output's answer has decided and returns what is left to send,
 * in its order. Throws a TypeError, with nothing settled, for an answer that makes no sense: an
 * output may be anybody's code. An event both to retry and to reject is tried again.
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
