import { Blocks } from '../../blocks.ts'
import { countOf, type Encoded } from '../../queue.ts'

/** What can be taken now. */
export interface Limits {
  /** In bytes. */
  readonly room: number
  /** A publish of more bytes is taken in pieces. */
  readonly maxPublish: number
  /** Whether nothing that is there will make way by itself. */
  readonly isEmpty: boolean
  /** Whether a single event of any size can be taken. */
  readonly takesAny: boolean
}

/** One behind the events from `from` on that can be taken: all, or a piece of a publish that is too large. */
export function endOfAdmissible(encoded: Encoded, from: number, limits: Limits): number {
  const { room, maxPublish, isEmpty, takesAny } = limits
  if (room === 0) return from
  const { size } = encoded
  if (size <= Math.min(room, maxPublish)) return countOf(encoded)
  if (size <= maxPublish && !isEmpty) return from
  const to = endOfFitting(encoded, from, Math.min(room, maxPublish))
  if (to > from) return to
  return takesAny || endOfFitting(encoded, from, room) > from ? from + 1 : from
}

/** One behind the events from `from` on that have so many bytes together. */
function endOfFitting(encoded: Encoded, from: number, bytes: number): number {
  let [to, left] = [from, bytes]
  for (const size of sizesOf(encoded, from)) {
    if (size > left) return to
    left -= size
    to++
  }
  return to
}

function* sizesOf(encoded: Encoded, from: number): Iterable<number> {
  if (encoded instanceof Blocks) {
    for (const { block, from: start, to } of encoded.spans(from, encoded.count)) {
      for (let at = start; at < to; at++) yield block.startOf(at + 1) - block.startOf(at)
    }
  } else {
    for (let at = from; at < countOf(encoded); at++) yield (encoded.lines[at]?.length ?? 0) + 1
  }
}
