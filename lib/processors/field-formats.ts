import { defineFormat, type Format, listOf } from '../config/schema/formats.ts'
import type { SettingProblem } from '../plugin.ts'
import { type Fields, hasTooManyKeys, isMap, TOO_MANY_KEYS } from './field.ts'

/** The name of a field that is read. */
export const fieldName: Format<string> = defineFormat({
  expected: 'must be the name of a field, such as message or a.b',
  parse: written =>
    typeof written === 'string' && written !== '' && !hasTooManyKeys(written) ? written : undefined,
  guess,
})

/** As `fieldName`; empty where that has a meaning of its own. */
export const fieldOrNone: Format<string> = defineFormat({
  expected: "must be the name of a field, such as message or a.b, or ''",
  parse: written => (typeof written === 'string' && !hasTooManyKeys(written) ? written : undefined),
  guess,
})

export const fieldNames: Format<readonly string[]> = listOf(fieldName)

/** The name of a field that is set. */
export const targetName: Format<string> = defineFormat({
  expected: 'must be the name of a field that can be set, such as message or a.b',
  parse: written => (typeof written === 'string' && isTarget(written) ? written : undefined),
  guess: written =>
    written === '@timestamp' ? ' (the processor timestamp sets it)' : guess(written),
})

/** The names of fields that are read and set in place. */
export const targetNames: Format<readonly string[]> = listOf(targetName)

/** As `targetName`; empty where that has a meaning of its own. */
export const targetOrNone: Format<string> = defineFormat({
  expected: "must be the name of a field that can be set, such as message or a.b, or ''",
  parse: written =>
    typeof written === 'string' && (written === '' || isTarget(written)) ? written : undefined,
  guess,
})

function guess(written: unknown): string {
  return typeof written === 'string' && hasTooManyKeys(written) ? ` (${TOO_MANY_KEYS})` : ''
}

/** The problem of a field that is changed in place and must not be set; none if it may be. */
export function inPlaceProblems(
  path: SettingProblem['path'],
  name: string,
): readonly SettingProblem[] {
  if (isTarget(name)) return []
  return [{ path, message: `must be a field that can be set: ${name} can't be` }]
}

/** The settings of `fields` where each is read from one field and written to another. */
export const fromTo = {
  from: { doc: 'The field that is read.', format: fieldName, default: null },
  to: { doc: 'The field that is set.', format: targetName, default: null },
}

/**
 * A map of names to something, as a list of pairs. Maps in it stand for names with dots. At least one.
 */
export function mapping<T>(
  expected: string,
  isSound: (value: unknown) => value is T,
  isName: (name: string) => boolean = name => name !== '',
): Format<readonly Pair<T>[]> {
  const isPair = (pair: Pair): pair is Pair<T> => isName(pair[0]) && isSound(pair[1])
  const isPairs = (pairs: readonly Pair[]): pairs is readonly Pair<T>[] =>
    pairs.length > 0 && pairs.every(isPair)
  return defineFormat({
    expected,
    parse: written => {
      const pairs = isMap(written) ? leavesOf(written) : []
      return isPairs(pairs) ? pairs : undefined
    },
    isSettled: settled => Array.isArray(settled) && isPairs(settled),
  })
}

export type Pair<T = unknown> = readonly [name: string, value: T]

/** The values of a map with their names, those of maps in it with dots. */
function leavesOf(map: Fields): readonly Pair[] {
  return Object.entries(map).flatMap(([key, value]) =>
    isMap(value)
      ? leavesOf(value).map(([name, leaf]): Pair => [`${key}.${name}`, leaf])
      : [[key, value] as const],
  )
}

/** Whether a processor may set a field: the event's time and `@metadata` as a whole are not its own. */
export function isTarget(name: string): boolean {
  if (hasTooManyKeys(name)) return false
  const keys = name.split('.')
  if (keys.includes('') || keys[0] === '@timestamp') return false
  return name !== '@metadata'
}
