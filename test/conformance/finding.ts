/** What one check found. Neither field: it holds. */
export interface Finding {
  readonly name: string
  readonly problem?: string
  /** Why it could not be looked at. */
  readonly skipped?: string
}

/** Holds where both are the same JSON. */
export function compare(name: string, actual: unknown, expected: unknown): Finding {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  return is === should ? { name } : { name, problem: `${is}, not ${should}` }
}

/** Holds where the list of disagreements is empty; the first few are told. */
export function agreement(name: string, disagreements: readonly string[]): Finding {
  if (disagreements.length === 0) return { name }
  const told = disagreements.slice(0, 20).join('\n    ')
  return { name, problem: `${disagreements.length} disagreements:\n    ${told}` }
}
