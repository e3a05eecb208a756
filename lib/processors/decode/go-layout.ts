// Layouts of times as Go has them: how the moment `Mon Jan 2 15:04:05 MST 2006` is written.

/** A part of the moment, as the layout has it; `frac0` must be there, `frac9` may. */
export interface Chunk {
  readonly before: string
  readonly std: string
  /** Of `frac0`: its digits. */
  readonly digits: number
}

export interface Layout {
  readonly chunks: readonly Chunk[]
  readonly end: string
}

const STD = new RegExp(
  [
    'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST',
    '002|0[1-6]|15|2006|__2|_2(?!006)|[12345]|PM|pm',
    '-07(?:0000|:00:00|00|:00)?|Z07(?:0000|:00:00|00|:00)?',
    '[.,](?:0+|9+)(?!\\d)',
  ].join('|'),
  'g',
)

/** Undefined if there is no part of the moment in it. */
export function layoutOf(text: string): Layout | undefined {
  const chunks: Chunk[] = []
  let at = 0
  for (const { 0: std, index } of text.matchAll(STD)) {
    chunks.push({ before: text.slice(at, index), ...kindOf(std) })
    at = index + std.length
  }
  return chunks.length === 0 ? undefined : { chunks, end: text.slice(at) }
}

function kindOf(std: string): Omit<Chunk, 'before'> {
  if (!/^[.,]/.test(std)) return { std, digits: 0 }
  return { std: std[1] === '0' ? 'frac0' : 'frac9', digits: std.length - 1 }
}
