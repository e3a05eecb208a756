const [NEWLINE, OPEN, CLOSE] = [10, 0x7b, 0x7d]

/**
 * The offsets behind the ends of lines. Also used where a beat is tested without a pipeline.
 *
 * @throws TypeError that names the line if one is empty, has no braces, or no end
 */
export function endsOf(bytes: Buffer): number[] {
  const ends: number[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from)
    const where = `line ${ends.length}`
    if (end < 0) throw new TypeError(`${where} has no end`)
    if (bytes[from] !== OPEN || bytes[end - 1] !== CLOSE) {
      throw new TypeError(`${where} is not a JSON object`)
    }
    from = end + 1
    ends.push(from)
  }
  return ends
}
