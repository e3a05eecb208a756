/** Which test files noticed the mutants of a module so far: they are likely to notice the next one. */
export class Killers {
  readonly #kills = new Map<string, number>()

  count(module: string, file: string): void {
    const key = keyOf(module, file)
    this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1)
  }

  /** The order that is likely to find a killer soonest: little time for each mutant noticed comes first. */
  ordered<T extends { readonly file: string; readonly tookMs: number }>(
    module: string,
    tests: readonly T[],
  ): readonly T[] {
    const costOf = ({ file, tookMs }: T) =>
      tookMs / (1 + (this.#kills.get(keyOf(module, file)) ?? 0))
    return tests.toSorted((a, b) => costOf(a) - costOf(b))
  }
}

function keyOf(module: string, file: string): string {
  return `${module} ${file}`
}
