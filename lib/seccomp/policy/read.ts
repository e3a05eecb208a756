import type { Path, Report } from '../../errors.ts'
import { didYouMean } from '../../suggest.ts'

/** Converts an untyped value into a typed one, or reports the problem and returns undefined. */
export type Read<T> = (value: unknown, path: Path, report: Report) => T | undefined

export type Keys = readonly string[]

export const flag: Read<boolean> = (value, path, report) => {
  if (typeof value === 'boolean') return value
  report(path, `must be true or false, not ${show(value)}`)
  return undefined
}

export function oneOf<const T extends string>(known: readonly T[]): Read<T> {
  return (value, path, report) => {
    const found = known.find(word => word === value)
    if (found === undefined) {
      const what = typeof value === 'string' ? didYouMean(value, known) : ''
      report(path, `${unknown(path)} ${show(value)}${what}: one of ${known.join(', ')}`)
    }
    return found
  }
}

/** `unknown action "erno"`: the key names the kind of word that was expected. */
function unknown(path: Path): string {
  const key = String(path.at(-1))
  return `unknown ${key === 'default_action' ? 'action' : key}`
}

export const word: Read<string> = (value, path, report) => {
  if (typeof value === 'string' && value !== '') return value
  report(path, `must be a name, not ${show(value)}`)
  return undefined
}

/** A list with at least one item. Each item that can't be read is reported and left out. */
export function listOf<T>(item: Read<T>): Read<readonly T[]> {
  return (value, path, report) => {
    if (!Array.isArray(value)) {
      report(path, `must be a list, not ${show(value)}`)
      return undefined
    }
    if (value.length === 0) report(path, 'must have at least one item')
    const items = value.map((each, at) => item(each, [...path, at], report))
    return items.filter(each => each !== undefined)
  }
}

/** A map with no keys other than these. */
export function mapWith(keys: Keys): Read<Readonly<Record<string, unknown>>> {
  return (value, path, report) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      report(path, `must be a map, not ${show(value)}`)
      return undefined
    }
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) {
        report(
          [...path, key],
          `unknown key${didYouMean(key, keys) || `: one of ${keys.join(', ')}`}`,
        )
      }
    }
    // A new object with own keys only, whatever the document contains.
    return { ...value }
  }
}

/** A value in a form that the user recognises, cut to 60 characters. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
