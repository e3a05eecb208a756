// Runs the sides of a comparison in turns, so that whatever else the machine does meets all of them, and
// sums up what was measured.

/** What is run, by the name of its side; each run gives one sample. */
type Sides<K extends string, T> = Readonly<Record<K, () => T | Promise<T>>>

/** Runs every side once a round, in the reverse order of the round before. All samples, by side. */
export async function inTurns<K extends string, T>(
  rounds: number,
  sides: Sides<K, T>,
): Promise<Readonly<Record<K, readonly T[]>>> {
  const names = Object.keys(sides) as K[]
  const samples = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<K, T[]>
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      samples[name].push(await sides[name]())
    }
  }
  return samples
}

/** NaN if there are no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1]
  return ((sorted[low] ?? Number.NaN) + (sorted[high] ?? Number.NaN)) / 2
}

/** Median, lowest and highest: `218 k/s (201–230)`. */
export function spread(values: readonly number[], unit: string, digits = 0): string {
  const [middle, low, high] = [median(values), Math.min(...values), Math.max(...values)].map(
    value => value.toFixed(digits),
  )
  return `${middle} ${unit} (${low}–${high})`
}

/** The ratio of the medians: `1.25×`. */
export function times(values: readonly number[], base: readonly number[]): string {
  return `${(median(values) / median(base)).toFixed(2)}×`
}
