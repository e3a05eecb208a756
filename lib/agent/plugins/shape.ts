import type { Beat } from '../../beat.ts'
import { didYouMean } from '../../suggest.ts'

/** A beat whose types are its own business: the agent hands its settings and resources through. */
export type AnyBeat = Beat<unknown, unknown>

type Members = ReadonlyMap<string, unknown>
type Check = (members: Members, keys: readonly string[]) => string | undefined

/**
 * What keeps a plugin's default export from being a beat, in the words of the contract; an empty
 * list when it is one. Whether the schema is sound shows when a section is parsed with it.
 */
export function misshapeOf(exported: unknown): readonly string[] {
  if (typeof exported !== 'object' || exported === null) {
    return [`its default export must be a beat (see defineBeat), not ${describe(exported)}`]
  }
  const members = membersOf(exported)
  const keys = Object.keys(exported)
  return CHECKS.map(check => check(members, keys)).filter(problem => problem !== undefined)
}

export function isBeat(exported: unknown): exported is AnyBeat {
  return misshapeOf(exported).length === 0
}

const NAME = /^[a-z0-9][a-z0-9_-]*$/

const CHECKS: readonly Check[] = [
  beat => {
    const name = beat.get('name')
    if (typeof name === 'string' && NAME.test(name)) return undefined
    return `"name" must be lower case letters, digits, - and _, not ${describe(name)}`
  },
  beat =>
    isObject(beat.get('schema')) ? undefined : '"schema" must be a convict schema, {} at least',
  (beat, keys) => {
    const run = beat.get('run')
    if (typeof run === 'function') return undefined
    const near = run === undefined ? didYouMean('run', keys).replace('did you mean', 'is it') : ''
    return `"run" must be a function, not ${describe(run)}${near}`
  },
  optionalFunction('open'),
  optionalFunction('close'),
  optionalFunction('privileges'),
  beat => {
    const needs = beat.get('syscalls')
    if (needs === undefined || (Array.isArray(needs) && needs.every(isNeed))) return undefined
    return '"syscalls" must be a list of { names: ["…"], why: "…" }'
  },
]

function optionalFunction(key: string): Check {
  return beat => {
    const kind = typeof beat.get(key)
    return kind === 'function' || kind === 'undefined' ? undefined : `"${key}" must be a function`
  }
}

function isNeed(value: unknown): boolean {
  if (!isObject(value)) return false
  const need = membersOf(value)
  const names = need.get('names')
  return Array.isArray(names) && names.every(isText) && isText(need.get('why'))
}

/** The members a reader of the object sees: a beat may be an instance of a class, too. */
function membersOf(value: object): Members {
  const keys = [
    'name',
    'schema',
    'run',
    'open',
    'close',
    'syscalls',
    'privileges',
    'opensUnfiltered',
    'names',
    'why',
  ]
  return new Map(keys.map(key => [key, Reflect.get(value, key)]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined) return 'nothing'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
