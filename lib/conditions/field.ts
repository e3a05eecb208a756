import type { MutableEvent } from '../processor.ts'

/** The value of one field of an event; undefined if it has none. */
type ReadField = (event: MutableEvent) => unknown

/**
 * Reads a field by its path, such as `a.b.c`, as Beats does: the rest of the path is first taken for a key
 * with dots in it, and then for a key of a map that has the rest.
 */
export function fieldReader(path: string): ReadField {
  const keys = path.split('.')
  const levels = keys.map((key, at) => ({ key, rest: keys.slice(at).join('.') }))
  return event => {
    let here: unknown = event
    for (const { key, rest } of levels) {
      if (!isFields(here)) return undefined
      if (Object.hasOwn(here, rest)) return here[rest]
      if (!Object.hasOwn(here, key)) return undefined
      here = here[key]
    }
    return undefined
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
