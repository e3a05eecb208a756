type Plain = Readonly<Record<string, unknown>>

/** An object literal or JSON object, as against a Date, an array, or an instance of a class. */
function isPlain(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Merges two objects. If both have a field, `over` wins, unless both values are objects, which are merged
 * again. `undefined` in `over` counts as absent. Keys such as `__proto__` are data like any other: a
 * spread defines them, and an assignment to a defined property never reaches a setter.
 */
export function merge(under: Plain, over: Plain): Plain {
  const merged: Record<string, unknown> = { ...under, ...over }
  for (const key of Object.keys(under)) {
    if (Object.hasOwn(over, key)) merged[key] = chosen(under[key], over[key])
  }
  return merged
}

/** The same for one field's two values. */
export function chosen(under: unknown, over: unknown): unknown {
  if (over === undefined) return under
  return isPlain(under) && isPlain(over) ? merge(under, over) : over
}
