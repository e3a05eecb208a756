// Users' regular expressions: RE2's, as in Beats, so that no pattern and no line can hang the agent.
//
// Every pattern is parsed by re2js, which takes a time that is linear in the text. That is the reference, and
// what runs a pattern by default. V8 is some ten times as fast, and is used where it is sure to give the same
// answer (translate.ts) in linear time too (linear.ts). It counts UTF-16 units where RE2 counts characters, so
// a text with surrogates goes to re2js.

import { RE2JS } from 're2js'
import { messageOf } from '../errors.ts'
import { linearRegExp } from './linear.ts'
import { translate } from './translate.ts'
import { MAX_LENGTH } from './weight.ts'

/** Where a pattern was found, and what its groups have taken. */
export interface Match {
  /** In UTF-16 units, as everywhere in JavaScript. */
  readonly index: number
  readonly text: string
  /** The first is group 1. Undefined: the group took no part. */
  readonly groups: readonly (string | undefined)[]
}

export interface Pattern {
  /** As it was written. */
  readonly source: string
  /** The names of groups, each with the place of its group in `groups` of a match. */
  readonly names: ReadonlyMap<string, number>
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean
  /** The leftmost match; of several at that place, the one that Perl would take. */
  exec(text: string): Match | undefined
  /**
   * Makes a function that finds the leftmost match which does not begin before a place. What is in front of it
   * still counts, for `^` and `\b`. Without `needsGroups`, `groups` may be wrong.
   */
  scan(text: string, needsGroups: boolean): Scan
}

type Scan = (from: number) => Match | undefined

/** V8 takes a time to compile that grows faster than the pattern. */
const MAX_LENGTH_OF_V8 = 1000

/** @throws Error that says what is wrong with the pattern */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_LENGTH) {
    throw new Error(`it has ${source.length} characters, and at most ${MAX_LENGTH} are allowed`)
  }
  const reference = referenceOf(source)
  const slow = runBy(source, reference)
  const translated = source.length > MAX_LENGTH_OF_V8 ? undefined : translate(source)
  const fast = translated && linearRegExp(translated.source)
  if (fast === undefined) return slow
  const { sameGroups } = translated ?? {}
  const from = (text: string, at: number) => {
    fast.lastIndex = at
    return fast.exec(text)
  }
  return {
    ...slow,
    test: text => inV8(text, () => from(text, 0) !== null) ?? slow.test(text),
    ...(sameGroups && {
      exec: text => {
        const found = inV8(text, () => from(text, 0))
        return found === undefined ? slow.exec(text) : matchOf(found)
      },
    }),
    scan(text, needsGroups) {
      if (needsGroups && !sameGroups) return slow.scan(text, needsGroups)
      const isFast = inV8(text, () => true) ?? false
      const slowly = slow.scan(text, needsGroups)
      return at => {
        const found = isFast ? unlessTooLong(() => from(text, at)) : undefined
        return found === undefined ? slowly(at) : matchOf(found)
      }
    },
  }
}

function runBy(source: string, reference: RE2JS): Pattern {
  const named = Object.entries(reference.namedGroups())
  const scan = (text: string): Scan => {
    const matcher = reference.matcher(text)
    const groups = Array.from({ length: matcher.groupCount() }, (_, at) => at + 1)
    return from => {
      if (!matcher.find(from)) return undefined
      return {
        index: matcher.start(),
        text: matcher.group() ?? '',
        groups: groups.map(group => matcher.group(group) ?? undefined),
      }
    }
  }
  return {
    source,
    names: new Map(named.map(([name, group]) => [name, Number(group) - 1])),
    test: text => reference.test(text),
    // Most lines don't match, and to know that takes a tenth of the time.
    exec: text => (reference.test(text) ? scan(text)(0) : undefined),
    scan,
  }
}

function matchOf(found: RegExpExecArray | null): Match | undefined {
  if (found === null) return undefined
  const [text, ...groups] = found
  return { index: found.index, text, groups }
}

const SURROGATE = /[\ud800-\udfff]/

/** The answer of V8; undefined if it can't be trusted with this text. */
function inV8<T>(text: string, run: () => T): T | undefined {
  return SURROGATE.test(text) ? undefined : unlessTooLong(run)
}

/** V8's stack has a limit, which a text of some megabytes can reach. */
function unlessTooLong<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

function referenceOf(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    const reason = messageOf(error).replace(/^error parsing regexp: /, '')
    throw new Error(`must be a regular expression of RE2: ${reason}${hintOf(reason)}`)
  }
}

function hintOf(reason: string): string {
  if (/`\(\?<?[=!]/.test(reason)) return '; RE2 has no lookaround'
  if (/escape sequence: `\\[1-9k]/.test(reason)) return '; RE2 has no backreferences'
  if (reason.startsWith('invalid repeat count')) return '; it may repeat up to 1000 times in all'
  return ''
}
