/** The result of one check. It passed if both optional fields are undefined. */
export interface Finding {
  readonly name: string
  readonly problem?: string
  /** Why the check was skipped. */
  readonly skipped?: string
}

/** Passes if both have the same JSON. */
export function compare(name: string, actual: unknown, expected: unknown): Finding {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  return is === should ? { name } : { name, problem: `${is}, not ${should}` }
}

/** Passes if the list of disagreements is empty; otherwise reports the first 20. */
export function agreement(name: string, disagreements: readonly string[]): Finding {
  if (disagreements.length === 0) return { name }
  const shown = disagreements.slice(0, 20).join('\n    ')
  return { name, problem: `${disagreements.length} disagreements:\n    ${shown}` }
}
