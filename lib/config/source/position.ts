/** Where something was written: a place in a file, or a `-E` (which has neither line nor column). */
export interface Position {
  /** The file as the user named it, or `-E key`. */
  readonly name: string
  /** Rank among the sources: files in the order of `-c`, then the `-E`s. */
  readonly source: number
  /** From 1, as editors count. */
  readonly line?: number
  readonly column?: number
}

/** `beat.yml:14:5`, `-E seccomp.enabled`. */
export function formatPosition({ name, line, column }: Position): string {
  return line === undefined ? name : `${name}:${line}:${column}`
}

/** `beat.yml:14`: the origin of a rule, where a column would be noise. */
export function formatOrigin({ name, line }: Position): string {
  return line === undefined ? name : `${name}:${line}`
}

/** Reading order; undefined positions come last. */
export function comparePositions(a: Position | undefined, b: Position | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return a.source - b.source || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
