import type { Mutant } from './mutant.ts'

/** A survivor that somebody has looked at and that no test can or needs to notice. */
export interface Equivalent {
  readonly file: string
  /** The line of the source, without its indentation. Its number is left out, as lines move. */
  readonly line: string
  readonly original: string
  readonly mutated: string
  readonly reason: string
}

/**
 * Splits mutants into those to try and those that the list names as equivalent. `stale` are the entries for
 * their files that name none of them.
 */
export function withoutEquivalents(mutants: readonly Mutant[], list: readonly Equivalent[]) {
  const named = new Set(list.map(keyOf))
  const isNamed = (mutant: Mutant) => named.has(keyOf(asEntry(mutant, '')))
  const found = new Set(mutants.map(mutant => keyOf(asEntry(mutant, ''))))
  const files = new Set(mutants.map(({ file }) => file))
  return {
    mutants: mutants.filter(mutant => !isNamed(mutant)),
    equivalent: mutants.filter(isNamed),
    stale: list.filter(entry => files.has(entry.file) && !found.has(keyOf(entry))),
  }
}

/** The mutants that a list names. */
export function namedBy(list: readonly Equivalent[], mutants: readonly Mutant[]) {
  return withoutEquivalents(mutants, list).equivalent
}

/** The entry that would name a mutant. */
export function asEntry({ file, text, original, mutated }: Mutant, reason: string): Equivalent {
  return { file, line: text, original, mutated, reason }
}

function keyOf({ file, line, original, mutated }: Equivalent): string {
  return JSON.stringify([file, line, original, mutated])
}
