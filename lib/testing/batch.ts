import type { Batch, WriteCall } from '../output.ts'

/** A batch of these lines, as an output gets it: in one chunk, or in as many as `sizes` has, in events. */
export function batchOf(lines: readonly string[], sizes: readonly number[] = []): Batch {
  const chunks: Buffer[] = []
  let from = 0
  for (const size of [...sizes, lines.length]) {
    const part = lines.slice(from, from + size)
    if (part.length > 0) chunks.push(Buffer.from(part.map(line => `${line}\n`).join('')))
    from += size
  }
  let end = 0
  const ends = lines.map(line => {
    end += Buffer.byteLength(line) + 1
    return end
  })
  return { count: lines.length, chunks, ends, lines, meta: [] }
}

/** A call that nothing ends. */
export function endlessCall(): WriteCall {
  return { signal: new AbortController().signal, progress: () => undefined }
}
