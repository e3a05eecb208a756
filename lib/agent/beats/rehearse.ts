import { pino } from 'pino'
import { formatPath, messageOf, type Path } from '../../errors.ts'
import { timeOf } from '../../pipeline/encoding/encode.ts'
import { metadataOf } from '../../pipeline/encoding/meta.ts'
import type { MutableEvent } from '../../processor.ts'
import type { ConfiguredStep } from '../plan.ts'
import { type Fate, openChain } from './chain.ts'

/** What became of an event: undefined if a processor has dropped it. */
type Outcome = MutableEvent | undefined

interface Rehearsal {
  /** Passes one event. `explain` is called with each step that it passed, and what that did. */
  pass(event: MutableEvent, explain?: (line: string) => void): Outcome
  /** By the name of a processor, at how many events it has failed. */
  readonly failed: ReadonlyMap<string, number>
  close(): void
}

/** Opens lists of processors without anything around them, to try them out. */
export function rehearse(lists: readonly (readonly ConfiguredStep[])[]): Rehearsal {
  const failed = new Map<string, number>()
  let explain: ((line: string) => void) | undefined
  const watch = (path: Path, fate: Fate, before: string, after = '') =>
    explain?.(`${formatPath(path)}: ${wordsOf(fate, before, after)}`)
  const { chain, close } = openChain(lists, { log: pino({ enabled: false }), failed, watch })
  return {
    failed,
    close,
    pass(event, to) {
      explain = to
      return chain ? chain(event) : event
    },
  }
}

/** What keeps an event, read from somewhere, from being one; undefined if it is one. */
export function faultOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return 'is not a JSON object'
  }
  const { '@timestamp': at, '@metadata': metadata }: MutableEvent = { ...event }
  try {
    timeOf(at, '')
    metadataOf(metadata)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function wordsOf(fate: Fate, before: string, after: string): string {
  switch (fate.what) {
    case 'passed':
      return before === after ? 'changes nothing' : changesBetween(before, after)
    case 'dropped':
      return 'drops the event'
    case 'skipped':
      return 'passed by: when does not hold'
    case 'branch':
      return fate.holds ? 'if holds: then' : 'if does not hold: else'
    case 'failed':
      return `fails: ${fate.reason}${fate.endsList ? '; this ends the list' : ''}`
  }
}

function changesBetween(before: string, after: string): string {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const keys = (from: ReadonlyMap<string, string>, is: (key: string) => boolean) =>
    [...from.keys()].filter(is)
  const parts = [
    ['adds', keys(now, key => !old.has(key))],
    ['changes', keys(now, key => old.has(key) && old.get(key) !== now.get(key))],
    ['removes', keys(old, key => !now.has(key))],
  ] as const
  const words = parts.filter(([, names]) => names.length > 0)
  // Only the order of fields differs.
  if (words.length === 0) return 'changes nothing'
  return words.map(([verb, names]) => `${verb} ${names.join(', ')}`).join('; ')
}

/** Every field that is no map, by its path, with its value as JSON. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const add = (value: unknown, path: readonly string[]) => {
    const below = isMap(value) ? Object.entries(value) : []
    if (below.length === 0) fields.set(path.join('.'), JSON.stringify(value))
    for (const [key, child] of below) add(child, [...path, key])
  }
  for (const [key, value] of Object.entries(JSON.parse(text))) add(value, [key])
  return fields
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
