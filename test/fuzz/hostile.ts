import fc from 'fast-check'

const word = fc.constantFrom<unknown>(
  ...['', '__proto__', 'constructor', 'toString', 'a'.repeat(300), '\0', '\u{1f600}', '0x', '-0'],
  ...[null, true, -1, 0.5, 2 ** 53, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN],
)
const key = fc.constantFrom('__proto__', 'constructor', 'names', 'action', 'syscalls', 'x', '')

/** Values that a parser of YAML or JSON may return and that code may not expect. */
export const hostile: fc.Arbitrary<unknown> = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 3 }).map(entries => own(entries)),
  ),
})).tree

/** Mostly valid values. */
export function mostly<T>(fitting: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: fitting }, { weight: 1, arbitrary: hostile })
}

/** Creates an object in which keys such as `__proto__` are own properties, as with JSON.parse. */
function own(entries: readonly (readonly [string, unknown])[]): unknown {
  const found = {}
  for (const [name, value] of entries) {
    Object.defineProperty(found, name, { value, enumerable: true, configurable: true })
  }
  return found
}
