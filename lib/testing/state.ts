import type { StateStore } from '../beat.ts'

/**
 * A state store in memory. As in the agent's own, values are stored as JSON: `get` returns a copy, and `set`
 * rejects values that JSON can't represent with a TypeError.
 */
export function memoryState(initial: Readonly<Record<string, unknown>> = {}): StateStore {
  const values = new Map(Object.entries(initial).map(([key, value]) => [key, encode(key, value)]))
  return {
    get: key => {
      const text = values.get(key)
      return text === undefined ? undefined : JSON.parse(text)
    },
    set: async (key, value) => {
      values.set(key, encode(key, value))
    },
    delete: async key => {
      values.delete(key)
    },
  }
}

function encode(key: string, value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`state "${key}": ${typeof value} is not JSON`)
  return text
}
