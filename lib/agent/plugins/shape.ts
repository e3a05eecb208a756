// What a plugin's default export must look like, checked at run time: plugins may be JavaScript.
//
//   every plugin   name, schema, check, syscalls, privileges   (lib/plugin.ts)
//   a beat         open, run, close                       (lib/beat.ts)
//   an output      open, delivery, route, …             (lib/output.ts)
//   a processor    open                                   (lib/processor.ts)
//   a privilege    has its own rules                      (privilege-shape.ts)
//
// Each check returns a problem in the words of the contract. Whether a schema is sound shows when a
// section is parsed with it.

import { RESERVED_BEAT_KEYS } from '../../config/beats.ts'
import { RESERVED_OUTPUT_KEYS } from '../../config/delivery.ts'
import { RESERVED_PROCESSOR_KEYS } from '../../config/processors.ts'
import { isSharedSchema } from '../../config/schema/shared-schema.ts'
import type { OutputType } from '../../output.ts'
import type { ProcessorType } from '../../processor.ts'
import { didYouMean } from '../../suggest.ts'
import type { AnyBeat } from '../plan.ts'
import { deliveryProblems } from './delivery-shape.ts'

type Members = ReadonlyMap<string, unknown>
type Check = (members: Members, keys: readonly string[]) => string | readonly string[] | undefined

/** The problems of a default export that is to be a beat; empty if it is one. */
export function beatProblems(exported: unknown): readonly string[] {
  const problems = shapeProblems(exported, 'beat', [...PLUGIN_CHECKS, ...BEAT_CHECKS])
  return problems.length === 0 ? problems : [...problems, ...kinship(exported)]
}

/** Says what else it would do as. A plugin with `open` alone can be either of the other two. */
function kinship(exported: unknown): readonly string[] {
  if (Object.keys(Object(exported)).some(key => didYouMean(key, ['run']) !== '')) return []
  const kinds = [
    ...(isOutput(exported) ? ['an output'] : []),
    ...(isProcessor(exported) ? ['a processor'] : []),
  ]
  return kinds.length === 0 ? [] : [`it looks like ${kinds.join(' or ')}`]
}

export function isBeat(exported: unknown): exported is AnyBeat {
  return beatProblems(exported).length === 0
}

/** The problems of a default export that is to be an output; empty if it is one. */
export function outputProblems(exported: unknown): readonly string[] {
  return shapeProblems(exported, 'output', [...PLUGIN_CHECKS, ...OUTPUT_CHECKS])
}

export function isOutput(exported: unknown): exported is OutputType {
  return outputProblems(exported).length === 0
}

/** The problems of a default export that is to be a processor; empty if it is one. */
export function processorProblems(exported: unknown): readonly string[] {
  return shapeProblems(exported, 'processor', [...PLUGIN_CHECKS, ...PROCESSOR_CHECKS])
}

export function isProcessor(exported: unknown): exported is ProcessorType {
  return processorProblems(exported).length === 0
}

const WANTED = {
  beat: 'a beat (see defineBeat)',
  output: 'an output (see defineOutput)',
  processor: 'a processor (see defineProcessor)',
} as const

function shapeProblems(
  exported: unknown,
  kind: keyof typeof WANTED,
  checks: readonly Check[],
): readonly string[] {
  if (typeof exported !== 'object' || exported === null) {
    return [`its default export must be ${WANTED[kind]}, not ${describe(exported)}`]
  }
  const members = membersOf(exported)
  const keys = Object.keys(exported)
  return checks.flatMap(check => check(members, keys) ?? [])
}

const NAME = /^[a-z0-9][a-z0-9_-]*$/

const PLUGIN_CHECKS: readonly Check[] = [
  plugin => {
    const name = plugin.get('name')
    if (typeof name === 'string' && NAME.test(name)) return undefined
    return `"name" must be lower case letters, digits, - and _, not ${describe(name)}`
  },
  plugin =>
    isObject(plugin.get('schema')) ? undefined : '"schema" must be a convict schema, {} at least',
  optionalFunction('check'),
  optionalFunction('privileges'),
  plugin => {
    const needs = plugin.get('syscalls')
    if (needs === undefined || (Array.isArray(needs) && needs.every(isNeed))) return undefined
    return '"syscalls" must be a list of { names: ["…"], why: "…" }'
  },
]

const BEAT_CHECKS: readonly Check[] = [
  requiredFunction('run'),
  optionalFunction('open'),
  optionalFunction('once'),
  optionalFunction('close'),
  fieldsOf,
  unreserved(RESERVED_BEAT_KEYS, 'beat'),
]

const OUTPUT_CHECKS: readonly Check[] = [
  requiredFunction('open'),
  notOf('a beat', 'run'),
  optionalFunction('route'),
  optionalFunction('peers'),
  optionalFunction('setupItems'),
  optionalFunction('setUp'),
  inPair('setupItems', 'setUp'),
  optionalFunction('guarantee'),
  optionalFunction('test'),
  output => deliveryProblems(output.get('delivery')),
  unreserved(RESERVED_OUTPUT_KEYS, 'output'),
]

const PROCESSOR_CHECKS: readonly Check[] = [
  requiredFunction('open'),
  notOf('a beat', 'run'),
  notOf('an output', 'delivery'),
  notAsync,
  unreserved(RESERVED_PROCESSOR_KEYS, 'processor'),
]

const FIELD_TYPES = ['keyword', 'text', 'long', 'float', 'boolean', 'date', 'ip']

function fieldsOf(beat: Members): string | undefined {
  const fields = beat.get('fields')
  if (fields === undefined) return undefined
  const [wrong] = Object.entries(isObject(fields) ? fields : { fields: undefined }).filter(
    ([, type]) => !FIELD_TYPES.includes(type),
  )
  if (wrong === undefined) return undefined
  const types = FIELD_TYPES.join(', ')
  return `"fields" must give each field one of ${types}, not ${wrong[0]} ${describe(wrong[1])}`
}

function inPair(one: string, other: string): Check {
  return plugin =>
    (plugin.get(one) === undefined) === (plugin.get(other) === undefined)
      ? undefined
      : `"${one}" and "${other}" need each other`
}

/** The agent would take the promise for the processor. A beat or an output is called one already. */
function notAsync(plugin: Members): string | undefined {
  if (!isAsync(plugin.get('open')) || plugin.get('run') || plugin.get('delivery')) return undefined
  return '"open" is async, as that of an output is'
}

/** A member that only another kind of plugin has. */
function notOf(other: string, key: string): Check {
  return plugin => (plugin.get(key) === undefined ? undefined : `"${key}" makes it ${other}`)
}

/** The framework takes its keys out of a section, so a plugin would never get their values. */
function unreserved(reserved: readonly string[], kind: string): Check {
  return plugin => {
    const schema = plugin.get('schema')
    const taken = Object.entries(isObject(schema) ? schema : {}).filter(
      ([key, value]) => reserved.includes(key) && !isSharedSchema(value),
    )
    return taken.map(([key]) => `"schema.${key}" is reserved for a key that every ${kind} has`)
  }
}

function requiredFunction(key: string): Check {
  return (plugin, keys) => {
    const value = plugin.get(key)
    if (typeof value === 'function') return undefined
    const near = value === undefined ? didYouMean(key, keys).replace('did you mean', 'is it') : ''
    return `"${key}" must be a function, not ${describe(value)}${near}`
  }
}

function optionalFunction(key: string): Check {
  return plugin => {
    const kind = typeof plugin.get(key)
    return kind === 'function' || kind === 'undefined' ? undefined : `"${key}" must be a function`
  }
}

function isNeed(value: unknown): boolean {
  if (!isObject(value)) return false
  const need = membersOf(value)
  const names = need.get('names')
  return Array.isArray(names) && names.every(isText) && isText(need.get('why'))
}

const MEMBERS =
  'name schema check run once open close syscalls privileges opensUnfiltered fields delivery route setupItems setUp names why'.split(
    ' ',
  )

/** The members that a reader of the object sees: a plugin may also be an instance of a class. */
function membersOf(value: object): Members {
  return new Map(MEMBERS.map(key => [key, Reflect.get(value, key)]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAsync(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]'
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined) return 'nothing'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
