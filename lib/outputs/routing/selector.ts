// Rules that choose a text for an event, as Beats has them for `indices` and `pipelines`: the first rule whose
// condition holds and whose text has all of its fields, or else the text of `index`.

import { conditionParser } from '../../conditions/parse.ts'
import { parseRegexp } from '../../conditions/regexp.ts'
import { isMap } from '../../config/schema/leaf.ts'
import { messageOf } from '../../errors.ts'
import type { SettingProblem } from '../../plugin.ts'
import { didYouMean } from '../../suggest.ts'
import { compileFormat, type FormatString } from './format-string.ts'

interface SelectorOptions {
  /** `index`: of the single setting, and of the text of each rule. */
  readonly key: string
  /** `indices`: of the rules. */
  readonly rulesKey: string
  /** Empty: none. */
  readonly single: string
  readonly rules: readonly unknown[]
}

/** @returns the texts of events, and what is wrong with the rules */
export function selector({ key, rulesKey, single, rules }: SelectorOptions): {
  readonly select: FormatString
  readonly problems: readonly SettingProblem[]
} {
  const problems: SettingProblem[] = []
  const report = (path: SettingProblem['path'], message: string) => {
    problems.push({ path, message })
  }
  const choices = rules.map((rule, at) => ruleOf(rule, [rulesKey, at], key, report))
  const otherwise = single === '' ? () => undefined : formatOf(single, [key], report)
  return {
    problems,
    select(get) {
      for (const choose of choices) {
        const text = choose?.(get)
        if (text !== undefined && text !== '') return text
      }
      return otherwise?.(get)
    },
  }
}

type Report = (path: SettingProblem['path'], message: string) => void

const parseCondition = conditionParser(parseRegexp)

function ruleOf(
  rule: unknown,
  path: SettingProblem['path'],
  key: string,
  report: Report,
): FormatString | undefined {
  const example = `must be a map, such as { ${key}: "…", when: { equals: { log.level: error } } }`
  if (!isMap(rule)) return void report(path, example)
  const known = [key, 'when', 'mappings', 'default']
  for (const other of Object.keys(rule).filter(each => !known.includes(each))) {
    report([...path, other], `unknown key${didYouMean(other, known)}: one of ${known.join(', ')}`)
  }
  const { [key]: written, when, mappings = {}, default: otherwise } = rule
  if (typeof written !== 'string') return void report([...path, key], 'must be text')
  if (otherwise !== undefined && typeof otherwise !== 'string') {
    report([...path, 'default'], 'must be text')
  }
  if (!isMap(mappings) || !Object.values(mappings).every(value => typeof value === 'string')) {
    return void report([...path, 'mappings'], 'must be a map of texts, such as { error: errors }')
  }
  const format = formatOf(written, [...path, key], report)
  const holds =
    when === undefined
      ? () => true
      : parseCondition(when, [...path, 'when'].map(String), (at, message) => report(at, message))
  const isMapped = Object.keys(mappings).length > 0
  return get => {
    if (when !== undefined && holds?.(Object(get())) !== true) return undefined
    const text = format?.(get)
    if (!isMapped) return text ?? textOrNot(otherwise)
    const mapped = text === undefined ? undefined : mappings[text]
    return textOrNot(mapped ?? otherwise)
  }
}

function textOrNot(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function formatOf(
  written: string,
  path: SettingProblem['path'],
  report: Report,
): FormatString | undefined {
  try {
    return compileFormat(written)
  } catch (error) {
    return void report(path, messageOf(error))
  }
}
