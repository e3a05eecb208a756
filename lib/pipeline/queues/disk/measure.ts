import { Blocks } from '../../blocks.ts'
import { countOf, type Encoded } from '../../queue.ts'

/** Their bytes, as if all characters were ASCII. */
export function sizeOf(encoded: Encoded): number {
  if (encoded instanceof Blocks) return encoded.size
  let size = encoded.lines.length
  for (const line of encoded.lines) size += line.length
  return size
}

/** One behind the events from `from` on that have so many bytes together. */
export function endOfFitting(encoded: Encoded, from: number, bytes: number): number {
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
