import type { Batch } from '../output.ts'

/** The bytes of each event without its `\n`: views, as the batch must not be copied once more. */
export function linesOf({ chunks, ends }: Batch): readonly Buffer[] {
  const lines: Buffer[] = []
  let at = 0
  let begin = 0
  for (const { buffer, byteOffset, length } of chunks) {
    const end = begin + length
    let from = begin
    for (let next = ends[at]; next !== undefined && next <= end; next = ends[++at]) {
      lines.push(Buffer.from(buffer, byteOffset + from - begin, next - from - 1))
      from = next
    }
    begin = end
  }
  return lines
}
