import { reportUnlike } from '../config/schema/show.ts'
import { didYouMean } from '../suggest.ts'
import type { ParseCondition } from './condition.ts'
import { fieldReader } from './field.ts'
import { allFields } from './fields.ts'

type Compare = (value: number, bound: number) => boolean

const OPERATORS: Readonly<Record<string, Compare>> = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
}
const NAMES: readonly string[] = Object.keys(OPERATORS)

/** `range`: each field is a number within its bounds, written `field.gte: 1` or `field: { gte: 1 }`. */
export const parseRange: ParseCondition = (written, path, report) =>
  allFields(written, path, report, ({ name, value, path: at }) => {
    const dot = name.lastIndexOf('.')
    const last = name.slice(dot + 1)
    const compare = Object.hasOwn(OPERATORS, last) ? OPERATORS[last] : undefined
    if (compare === undefined || dot === -1) {
      const near = dot === -1 ? '' : didYouMean(last, NAMES)
      const message = `must be a field with gt, gte, lt or lte, such as ${name}.gte: 5`
      return void report(at, `${message}${near}`)
    }
    const bound = numberOf(value)
    if (bound === undefined) return void reportUnlike('must be a number', value, at, report)
    const read = fieldReader(name.slice(0, dot))
    return event => {
      const field = numberOf(read(event))
      return field !== undefined && compare(field, bound)
    }
  })

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** A number, or text that is one, as a field of a log line often is. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : undefined
}
