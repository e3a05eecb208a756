import { Block } from '../../block.ts'
import { countOf, type Encoded } from '../../queue.ts'

/** Their bytes, as if all characters were ASCII. */
export function sizeOf(encoded: Encoded): number {
  if (encoded instanceof Block) return encoded.size
  let size = encoded.lines.length
  for (const line of encoded.lines) size += line.length
  return size
}

/** One behind the events from `from` on that have so many bytes together. */
export function endOfFitting(encoded: Encoded, from: number, bytes: number): number {
  let [to, left] = [from, bytes]
  const sizeAt = (at: number) =>
    encoded instanceof Block
      ? encoded.startOf(at + 1) - encoded.startOf(at)
      : (encoded.lines[at]?.length ?? 0) + 1
  for (const count = countOf(encoded); to < count && sizeAt(to) <= left; to++) left -= sizeAt(to)
  return to
}
