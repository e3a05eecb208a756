import { setOwn } from '../../own-field.ts'
import { type Fields, isMap, keysOf, ownValue } from '../field.ts'

/** A key with more dots would make more maps than the pipeline can follow. */
const MOST_DOTS = 20

/**
 * A copy in which keys with dots have become maps: `{ "a.b": 1, "a": { "c": 2 } }` is `a: { b: 1, c: 2 }`.
 *
 * @throws Error if two keys stand for the same field
 */
export function expanded(map: Fields): Fields {
  const result: Fields = {}
  for (const key of keysOf(map)) place(result, key.split('.'), map[key])
  return result
}

function place(result: Fields, keys: readonly string[], value: unknown): void {
  if (keys.length > MOST_DOTS + 1) throw new Error('a key has too many dots to expand')
  let at = result
  for (const key of keys.slice(0, -1)) {
    const below = ownValue(at, key)
    if (below === undefined) {
      const made: Fields = {}
      setOwn(at, key, made)
      at = made
    } else {
      if (!isMap(below)) throw conflict()
      at = below
    }
  }
  const last = keys.at(-1) ?? ''
  const known = ownValue(at, last)
  const own = isMap(value) ? expanded(value) : value
  if (known === undefined) setOwn(at, last, own)
  else if (isMap(known) && isMap(own)) join(known, own)
  else throw conflict()
}

function join(into: Fields, from: Fields): void {
  for (const key of Object.keys(from)) {
    const [known, own] = [ownValue(into, key), from[key]]
    if (known === undefined) setOwn(into, key, own)
    else if (isMap(known) && isMap(own)) join(known, own)
    else throw conflict()
  }
}

function conflict(): Error {
  return new Error('two keys stand for the same field when they are expanded')
}
