import fc from 'fast-check'

const word = fc.constantFrom<unknown>(
  ...['', '__proto__', 'constructor', 'toString', 'a'.repeat(300), '\0', '\u{1f600}', '0x', '-0'],
  ...[null, true, -1, 0.5, 2 ** 53, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN],
)
const key = fc.constantFrom('__proto__', 'constructor', 'names', 'action', 'syscalls', 'x', '')

/** What a parser of YAML or JSON may hand over and nobody expects. */
export const hostile: fc.Arbitrary<unknown> = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 3 }).map(entries => own(entries)),
  ),
})).tree

/** Mostly what fits. */
export function mostly<T>(fitting: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: fitting }, { weight: 1, arbitrary: hostile })
}

/** Keys such as `__proto__` become properties of its own, as JSON.parse makes them. */
function own(entries: readonly (readonly [string, unknown])[]): unknown {
  const found = {}
  for (const [name, value] of entries) {
    Object.defineProperty(found, name, { value, enumerable: true, configurable: true })
  }
  return found
}
