import type { WriteResult } from '../output.ts'
import type { Ticket } from './acker.ts'

/** Neighbouring events of one publish. */
export interface Run {
  readonly ticket: Ticket
  readonly count: number
}

/** What goes to the output at once, and whose it is: `runs` cover `lines` in order. */
export interface Parcel {
  readonly lines: readonly string[]
  readonly runs: readonly Run[]
}

type Fate = 'confirmed' | 'retry' | 'reject'

/**
 * Settles with the tickets what an output's answer has decided and returns what is left to send,
 * in its order. Throws a TypeError, with nothing settled, for an answer that makes no sense: an
 * output may be anybody's code. An event both to retry and to reject is tried again.
 */
export function settle(parcel: Parcel, { retry, reject }: WriteResult): Parcel {
  if (retry.length === 0 && reject.length === 0) return settleAll(parcel)
  const fates = new Array<Fate>(parcel.lines.length).fill('confirmed')
  for (const { index } of reject) mark(fates, index, 'reject')
  for (const index of retry) mark(fates, index, 'retry')
  return settleEach(parcel, fates)
}

function mark(fates: Fate[], index: number, fate: Fate): void {
  if (fates[index] === undefined) {
    throw new TypeError(`the output refused event ${index} of a batch of ${fates.length}`)
  }
  fates[index] = fate
}

function settleAll({ runs }: Parcel): Parcel {
  for (const { ticket, count } of runs) ticket.settle(count)
  return { lines: [], runs: [] }
}

function settleEach(parcel: Parcel, fates: readonly Fate[]): Parcel {
  const lines: string[] = []
  const runs: Run[] = []
  let at = 0
  for (const { ticket, count } of parcel.runs) {
    const end = at + count
    const left = parcel.lines.slice(at, end).filter((_, i) => fates[at + i] === 'retry')
    lines.push(...left)
    if (left.length > 0) runs.push({ ticket, count: left.length })
    if (left.length < count) ticket.settle(count - left.length)
    at = end
  }
  return { lines, runs }
}
