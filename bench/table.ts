// Prints what was measured, as tables.
import { spread, times } from './rounds.ts'

/**
 * The measured thing and what was found out about it: values, then comparisons as ratios within the same
 * run, as machines are noisy and absolute times say little.
 */
export type Row = readonly [what: string, ...cells: readonly string[]]

export function printTable(title: string, rows: readonly Row[]): void {
  const columns = Math.max(...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, at) => {
    return Math.max(...rows.map(row => row[at]?.length ?? 0))
  })
  console.log(`\n## ${title}\n`)
  for (const row of rows) {
    const cells = row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0),
    )
    console.log(`| ${cells.join(' | ')} |`)
  }
}

/** One side of a comparison: its name, and its samples in the order of the rounds. */
type Measured = readonly [what: string, values: readonly number[]]

/** A row for the first side, and one for each other with its ratio to the first. */
export function compared(
  unit: string,
  [first, ...others]: readonly [Measured, ...Measured[]],
  digits = 0,
): Row[] {
  const [what, base] = first
  return [
    [what, spread(base, unit, digits)],
    ...others.map(
      ([name, values]): Row => [name, spread(values, unit, digits), times(values, base)],
    ),
  ]
}
