import { accepts, defineFormat, listOf, oneOf } from '../../config/schema/formats.ts'
import { messageOf } from '../../errors.ts'
import type { MutableEvent, Processor } from '../../processor.ts'
import { didYouMean } from '../../suggest.ts'
import {
  copyOf,
  type Field,
  type Fields,
  fieldOf,
  isMap,
  move,
  put,
  type Undo,
  valueAt,
} from '../field.ts'
import { targetName } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { allOrNothing } from '../undo.ts'
import { failOnError, ignoreMissing, renameProblems } from './pairs.ts'
import { converted, VALUE_TYPES, type ValueType } from './value-types.ts'

interface Conversion {
  readonly from: string
  readonly to?: string
  readonly type?: ValueType
}

interface ConvertSettings {
  readonly fields: readonly Conversion[]
  readonly tag: string
  readonly ignore_missing: boolean
  readonly fail_on_error: boolean
  readonly mode: 'copy' | 'rename'
}

const type = oneOf(VALUE_TYPES)

const conversion = defineFormat<Conversion>({
  expected: 'must be a map such as { from: code, to: status, type: integer }',
  parse: written => (isConversion(written) ? written : undefined),
  guess: written => (isMap(written) ? `: ${faultOf(written)}` : ''),
})

function isConversion(written: unknown): written is Conversion {
  return isMap(written) && faultOf(written) === ''
}

function faultOf({ from, to, type: as, ...others }: Fields): string {
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    return `there is no ${unknown}${didYouMean(unknown, ['from', 'to', 'type'])}`
  if (typeof from !== 'string' || from === '') return 'from must be the name of a field'
  if (to !== undefined && !accepts(targetName, to)) return 'to must be a field that can be set'
  if (as !== undefined && !accepts(type, as)) return `type ${type.expected}`
  if (to !== undefined) return ''
  if (as === undefined) return 'to or type is missing'
  return accepts(targetName, from) ? '' : `${from} can not be set`
}

/** Converts fields to other types, with the settings of Beats' processor of this name. */
export default defineTouching<ConvertSettings>({
  name: 'convert',
  schema: {
    fields: {
      doc: 'The fields to convert: a list of `from`, `to` (left out: in place) and `type` (left out: as it is).',
      format: listOf(conversion),
      default: null,
    },
    tag: { doc: 'A name for messages.', format: String, default: '' },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
    mode: {
      doc: 'Whether `from` stays where there is a `to` (copy), or is removed (rename).',
      format: oneOf(['copy', 'rename']),
      default: 'copy',
    },
  },
  touches: ({ fields }) => topKeysOf(...fields.flatMap(({ from, to = from }) => [from, to])),
  check: ({ fields, mode }) =>
    fields.flatMap(({ from, to }, at) =>
      mode === 'rename' && to !== undefined ? renameProblems(['fields', at], from) : [],
    ),
  open: ({ settings }) => ({ process: convertWith(settings) }),
})

interface Step {
  readonly from: Field
  readonly to: Field | undefined
  readonly convert: (event: MutableEvent) => unknown
}

/** All values are worked out first: what one conversion sets, another does not see. */
function convertWith(settings: ConvertSettings): Processor['process'] {
  const { fail_on_error, mode } = settings
  const steps = settings.fields.map(each => stepOf(each, settings))
  const convert = (event: MutableEvent, step: Step): unknown => {
    try {
      return step.convert(event)
    } catch (thrown) {
      if (fail_on_error) throw thrown
      return undefined
    }
  }
  const write = (event: MutableEvent, { from, to }: Step, value: unknown, undo?: Undo) => {
    try {
      if (to === undefined) put(event, from, value, undo)
      else if (mode === 'copy') put(event, to, copyOf(value), undo)
      else move(event, from, to, value, undo)
    } catch (thrown) {
      if (fail_on_error) throw thrown
    }
  }
  const [only, ...more] = steps
  if (only !== undefined && more.length === 0) {
    return event => {
      const value = convert(event, only)
      if (value !== undefined) write(event, only, value)
      return event
    }
  }
  return allOrNothing(fail_on_error, (event, undo) => {
    const values = steps.map(step => convert(event, step))
    for (const [at, step] of steps.entries()) {
      const value = values[at]
      if (value !== undefined) write(event, step, value, undo)
    }
  })
}

function stepOf({ from, to, type: as }: Conversion, settings: ConvertSettings): Step {
  const field = fieldOf(from)
  const tag = settings.tag === '' ? '' : `${settings.tag}: `
  return {
    from: field,
    to: to === undefined ? undefined : fieldOf(to),
    convert(event) {
      const value = valueAt(event, field)
      if (value === undefined) {
        if (settings.ignore_missing) return undefined
        throw new Error(`${tag}the field ${from} is missing`)
      }
      if (as === undefined) return value
      try {
        return converted(as, value)
      } catch (thrown) {
        throw new Error(`${tag}the field ${from} is no ${as}: ${messageOf(thrown)}`)
      }
    },
  }
}
