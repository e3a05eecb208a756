import type { Path, Report } from '../../errors.ts'
import { mapWith, oneOf, type Read, show, word } from '../policy/read.ts'
import { SCMP_ACTIONS, SCMP_OPERATORS } from '../policy/scmp.ts'
import {
  type Filter,
  type KernelVersion,
  type Profile,
  type ProfileAction,
  type ProfileArgument,
  type ProfileRule,
  parseKernelVersion,
} from './profile.ts'

const ACTIONS = [
  ...(Object.keys(SCMP_ACTIONS) as (keyof typeof SCMP_ACTIONS)[]),
  'SCMP_ACT_NOTIFY',
] as const

const readTop = mapWith([
  'defaultAction',
  'defaultErrnoRet',
  'defaultErrno',
  'architectures',
  'archMap',
  'flags',
  'listenerPath',
  'listenerMetadata',
  'syscalls',
])
const readRuleMap = mapWith([
  'name',
  'names',
  'action',
  'args',
  'comment',
  'includes',
  'excludes',
  'errnoRet',
  'errno',
])
const readArgumentMap = mapWith(['index', 'value', 'valueTwo', 'op'])
const readFilterMap = mapWith(['arches', 'caps', 'minKernel'])

type Values = Readonly<Record<string, unknown>>

/** Matches a string, which stays as it is, or an integer that may be above 2⁵³. */
const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])\d{16,}(?![\d.eE])/g

/**
 * Parses JSON, but returns integers of 16 digits and more as strings: a profile compares 64-bit words,
 * and a JavaScript number is exact only up to 2⁵³.
 *
 * @throws SyntaxError
 */
export function parseJson(written: string): unknown {
  // A byte order mark, as editors on Windows leave it.
  const text = written.replace(/^\ufeff/, '')
  JSON.parse(text) // an error message must quote the text as it was written
  return JSON.parse(
    text.replace(STRING_OR_LONG, token => (token[0] === '"' ? token : `"${token}"`)),
  )
}

/**
 * Reads the parsed JSON of a profile. `report` gets every problem with its path. Returns undefined if
 * no profile could be read.
 */
export const readProfile: Read<Profile> = (value, path, report) => {
  const map = readTop(value, path, report)
  if (!map) return undefined
  const { defaultAction: action, defaultErrnoRet, defaultErrno } = map
  const keys = { action: 'defaultAction', errnoRet: 'defaultErrnoRet', errno: 'defaultErrno' }
  const byDefault = readAction({ action, errnoRet: defaultErrnoRet, errno: defaultErrno }, keys)
  const defaultAction = byDefault(path, report)
  const items = listIn(map, 'syscalls', readRule, path, report)
  const syscalls = items.map((rule, index): ProfileRule => ({ ...rule, index }))
  return (
    defaultAction && {
      defaultAction,
      syscalls,
      architectures: listIn(map, 'architectures', word, path, report),
      flags: listIn(map, 'flags', word, path, report),
    }
  )
}

type Keys = { readonly action: string; readonly errnoRet: string; readonly errno: string }

function readAction({ action, errnoRet, errno }: Values, keys: Keys) {
  return (path: Path, report: Report): ProfileAction | undefined => {
    if (isAbsent(action))
      report([...path, keys.action], `is required: one of ${ACTIONS.join(', ')}`)
    const found = isAbsent(action)
      ? undefined
      : oneOf(ACTIONS)(action, [...path, keys.action], report)
    const name = isAbsent(errno) || errno === '' ? undefined : errno
    const error =
      name === undefined
        ? isAbsent(errnoRet)
          ? undefined
          : whole(4095n)(errnoRet, [...path, keys.errnoRet], report)
        : word(name, [...path, keys.errno], report)
    if (!found) return undefined
    if (error === undefined) return { action: found }
    return { action: found, errno: typeof error === 'bigint' ? Number(error) : error }
  }
}

const RULE_KEYS: Keys = { action: 'action', errnoRet: 'errnoRet', errno: 'errno' }
const NO_RULE = {
  action: 'SCMP_ACT_ERRNO',
  names: [],
  args: [],
  includes: { arches: [], caps: [] },
  excludes: { arches: [], caps: [] },
} as const

/** An invalid rule is reported and replaced by one without names, so that later indices stay right. */
const readRule: Read<Omit<ProfileRule, 'index'>> = (value, path, report) => {
  const map = readRuleMap(value, path, report)
  if (!map) return NO_RULE
  const action = readAction(map, RULE_KEYS)(path, report)
  return {
    ...(action ?? NO_RULE),
    names: readNames(map, path, report),
    args: listIn(map, 'args', readArgument, path, report),
    includes: readFilter(map.includes, [...path, 'includes'], report),
    excludes: readFilter(map.excludes, [...path, 'excludes'], report),
  }
}

/** Docker before 1.13 wrote `name`. */
function readNames(map: Values, path: Path, report: Report): readonly string[] {
  const { name, names } = map
  if (isAbsent(name) && isAbsent(names)) report([...path, 'names'], 'is required')
  if (isAbsent(name) || name === '') return listIn(map, 'names', word, path, report)
  if (Array.isArray(names) && names.length > 0)
    report([...path, 'name'], 'can’t be combined with names')
  const found = word(name, [...path, 'name'], report)
  return found === undefined ? [] : [found]
}

const readArgument: Read<ProfileArgument> = (value, path, report) => {
  const map = readArgumentMap(value, path, report)
  if (!map) return undefined
  const index = whole(5n)(map.index, [...path, 'index'], report)
  const op = oneOf(SCMP_OPERATORS)(map.op, [...path, 'op'], report)
  const first = whole(WORD)(map.value ?? 0, [...path, 'value'], report)
  const second = whole(WORD)(map.valueTwo ?? 0, [...path, 'valueTwo'], report)
  if (index === undefined || !op || first === undefined || second === undefined) return undefined
  return { index: Number(index), op, value: first, valueTwo: second }
}

const WORD = 0xffffffffffffffffn

function readFilter(value: unknown, path: Path, report: Report): Filter {
  const map = isAbsent(value) ? {} : (readFilterMap(value, path, report) ?? {})
  const minKernel = isAbsent(map.minKernel)
    ? undefined
    : readKernel(map.minKernel, [...path, 'minKernel'], report)
  return {
    arches: listIn(map, 'arches', word, path, report),
    caps: listIn(map, 'caps', word, path, report),
    ...(minKernel ? { minKernel } : {}),
  }
}

const readKernel: Read<KernelVersion> = (value, path, report) => {
  const found = typeof value === 'string' ? parseKernelVersion(value) : undefined
  if (!found) report(path, `must be a version such as "4.8", not ${show(value)}`)
  return found
}

/** Reads a list. Go writes an empty list as null, or leaves it out. */
function listIn<T>(map: Values, key: string, item: Read<T>, path: Path, report: Report) {
  const value = map[key]
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) {
    report([...path, key], `must be a list, not ${show(value)}`)
    return []
  }
  return value.flatMap((each: unknown, at): readonly T[] => {
    const found = item(each, [...path, key, at], report)
    return found === undefined ? [] : [found]
  })
}

function whole(most: bigint): Read<bigint> {
  return (value, path, report) => {
    const number =
      (typeof value === 'number' && Number.isSafeInteger(value)) || isDigits(value)
        ? BigInt(value as number | string)
        : -1n
    if (number >= 0n && number <= most) return number
    report(path, `must be a whole number from 0 to ${most}, not ${show(value)}`)
    return undefined
  }
}

/** Whether this is a number that `parseJson` returned as a string. */
function isDigits(value: unknown): boolean {
  return typeof value === 'string' && /^\d{16,20}$/.test(value)
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}
