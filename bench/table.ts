/** A row of the printed table: the measured thing, its value, and a comparison. */
export interface Row {
  readonly what: string
  readonly value: string
  /** A ratio within the same run, as machines are noisy and absolute times say little. */
  readonly ratio?: string
}

export function printTable(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length))
  const values = Math.max(...rows.map(({ value }) => value.length))
  console.log(`\n## ${title}\n`)
  for (const { what, value, ratio = '' } of rows) {
    console.log(`| ${what.padEnd(width)} | ${value.padStart(values)} | ${ratio}`.trimEnd())
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function times(value: number, base: number): string {
  return `${(value / base).toFixed(2)}×`
}
