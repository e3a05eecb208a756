import type { Path, Report } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { BranchConfig, Config, ProcessorConfig, StepConfig } from './config.ts'
import { mapBelow, parseKeyed } from './keyed-plugin.ts'
import { isMap } from './schema/leaf.ts'
import { reportUnlike } from './schema/show.ts'
import { partOf } from './texts.ts'

/** Keys that the framework takes from the section of every processor: a schema must not have them. */
export const RESERVED_PROCESSOR_KEYS: readonly string[] = ['type', 'when']

/**
 * A key of the framework that a schema may have as well, since several processors of Beats do: where it is true, a
 * failure leaves the event as it was and ends the list; where it is false, the processor leaves out what fails.
 */
const SHARED_KEY = 'fail_on_error'

const BRANCH_KEYS: readonly string[] = ['if', 'then', 'else']

/** Far more than anybody writes, and few enough for the stack. */
const MAX_DEPTH = 30

/** Far more than anybody writes, and few enough to be looked up and opened within a second. */
const MAX_LENGTH = 1000

/**
 * Parses a list of processors: the agent's, or a beat's. The schema has already reported a value that is not
 * a list. Conditions stay as they are written: they are parsed when the plugins are loaded.
 */
export function parseProcessors(
  written: unknown = [],
  path: Path,
  report: Report,
): readonly StepConfig[] {
  return Array.isArray(written) ? parseList(written, path, report, 0) : []
}

/** Without any processors, and a report, if there are too many in all lists together. */
export function limitProcessors(config: Config, report: Report): Config {
  const lists = [config.processors, ...config.beats.map(({ processors }) => processors)]
  const count = lists.reduce((sum, list) => sum + countOf(list), 0)
  if (count <= MAX_LENGTH) return config
  const message = `there are ${count} processors in all lists, and at most ${MAX_LENGTH} are allowed`
  report([config.processors.length > 0 ? 'processors' : 'beats'], message, message)
  const beats = config.beats.map(beat => ({ ...beat, processors: [] }))
  return { ...config, processors: [], beats }
}

function countOf(steps: readonly StepConfig[]): number {
  return steps.reduce(
    (sum, step) =>
      sum + 1 + ('condition' in step ? countOf(step.ifTrue) + countOf(step.ifFalse) : 0),
    0,
  )
}

function parseList(
  items: readonly unknown[],
  path: Path,
  report: Report,
  depth: number,
): readonly StepConfig[] {
  if (items.length > MAX_LENGTH) {
    report(path, `has ${items.length} processors, and at most ${MAX_LENGTH} are allowed`)
    return []
  }
  return items
    .map((item, at) => parseStep(item, [...path, at], report, depth))
    .filter(step => step !== undefined)
}

const EXAMPLE = '{ add_fields: { fields: { env: test } } }'

function parseStep(
  item: unknown,
  path: Path,
  report: Report,
  depth: number,
): StepConfig | undefined {
  if (!isMap(item)) return void reportUnlike(`must be a map such as ${EXAMPLE}`, item, path, report)
  if (BRANCH_KEYS.some(key => Object.hasOwn(item, key))) {
    return parseBranch(item, path, report, depth)
  }
  const [id, ...more] = Object.keys(item)
  if (id === undefined) return void report(path, `must be a map such as ${EXAMPLE}`)
  if (more.length > 0) {
    const message = `must have one key, the name of a processor, besides which it has ${more.join(', ')}`
    return void report(path, `${message}; indent the settings of a processor below its name`)
  }
  return parseProcessor(item[id], [...path, id], report)
}

function parseProcessor(written: unknown, path: Path, report: Report): ProcessorConfig | undefined {
  const section = mapBelow(path, written, report)
  if (section === undefined) return undefined
  const { when, [SHARED_KEY]: failOnError = false } = section
  const own = partOf(section, key => key !== 'when' && key !== SHARED_KEY)
  if (typeof failOnError !== 'boolean') {
    reportUnlike('must be true or false', failOnError, [...path, SHARED_KEY], report)
  }
  const plugin = parseKeyed(path, own, [...RESERVED_PROCESSOR_KEYS, SHARED_KEY], report)
  const isConditional = Object.hasOwn(section, 'when')
  return (
    plugin && {
      ...plugin,
      failOnError: failOnError === true,
      ...(typeof section[SHARED_KEY] === 'boolean' && { shared: { [SHARED_KEY]: failOnError } }),
      ...(isConditional && { when: { path: [...path, 'when'], written: when } }),
    }
  )
}

/** For a condition that is missing, which has been reported. */
const STAND_IN = { has_fields: ['@timestamp'] }

function parseBranch(
  item: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
  depth: number,
): BranchConfig | undefined {
  if (depth === MAX_DEPTH) {
    return void report(path, `must not have lists nested more than ${MAX_DEPTH} deep`)
  }
  for (const key of Object.keys(item).filter(key => !BRANCH_KEYS.includes(key))) {
    const near = didYouMean(key, BRANCH_KEYS)
    report([...path, key], `unknown key beside if, then and else${near}`)
  }
  for (const key of ['if', 'then'].filter(key => !Object.hasOwn(item, key))) {
    report(path, `must have ${key}: ${key === 'if' ? 'a condition' : 'a list of processors'}`)
  }
  const listOf = (key: 'then' | 'else') => {
    const [written, here] = [item[key], [...path, key]]
    if (!Object.hasOwn(item, key)) return []
    if (Array.isArray(written)) return parseList(written, here, report, depth + 1)
    // As in Beats, one processor needs no list.
    if (isMap(written)) return [parseStep(written, here, report, depth + 1) ?? []].flat()
    const expected = `must be a list of processors, such as [${EXAMPLE}]`
    reportUnlike(expected, written, here, report)
    return []
  }
  return {
    path,
    condition: {
      path: [...path, 'if'],
      written: Object.hasOwn(item, 'if') ? item.if : STAND_IN,
    },
    ifTrue: listOf('then'),
    ifFalse: listOf('else'),
  }
}
