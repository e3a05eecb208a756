import { defineFormat } from '../../config/schema/formats.ts'
import { messageOf } from '../../errors.ts'
import type { MutableEvent } from '../../processor.ts'
import { compilePattern } from '../../regex/pattern.ts'
import { replacerOf } from '../../regex/replace.ts'
import { type Field, fieldOf, put, requiredAt, requireText, type Undo, valueAt } from '../field.ts'
import { targetName } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { allOrNothing } from '../undo.ts'
import { failOnError, ignoreMissing } from './pairs.ts'

interface Replacement {
  readonly field: string
  readonly pattern: string
  readonly replacement: string
}

interface ReplaceSettings {
  readonly fields: readonly Replacement[]
  readonly ignore_missing: boolean
  readonly fail_on_error: boolean
}

const pattern = defineFormat({
  expected: 'must be a regular expression of RE2',
  parse: written => (typeof written === 'string' && faultOf(written) === '' ? written : undefined),
  guess: written => (typeof written === 'string' ? `: ${faultOf(written)}` : ''),
  // It is compiled once, to be checked.
  isSettled: value => typeof value === 'string',
})

function faultOf(written: string): string {
  try {
    compilePattern(written)
    return ''
  } catch (error) {
    return messageOf(error).replace(/^must be a regular expression of RE2: /, '')
  }
}

/** Replaces parts of text, with the settings of Beats' processor of this name. */
export default defineTouching<ReplaceSettings>({
  name: 'replace',
  schema: {
    fields: {
      doc: 'What to replace where: a list of `field`, `pattern`, a regular expression, and `replacement`, in which `$1` or `$name` is what a group has taken.',
      format: Array,
      default: null,
      children: {
        field: { doc: 'The field with the text.', format: targetName, default: null },
        pattern: { doc: 'What is replaced, all through the text.', format: pattern, default: null },
        replacement: { doc: 'What takes its place.', format: String, default: null },
      },
    },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
  },
  touches: ({ fields }) => topKeysOf(...fields.map(({ field }) => field)),
  open({ settings: { fields, ignore_missing, fail_on_error } }) {
    const steps = fields.map(each => {
      const replace = replacerOf(compilePattern(each.pattern), each.replacement)
      return { field: fieldOf(each.field), replace }
    })
    const change = (event: MutableEvent, { field, replace }: Step, undo: Undo | undefined) => {
      if (ignore_missing && valueAt(event, field) === undefined) return
      const text = requireText(requiredAt(event, field), field)
      put(
        event,
        field,
        replacedIn(field, () => replace(text)),
        undo,
      )
    }
    return {
      process: allOrNothing(fail_on_error && steps.length > 1, (event, undo) => {
        for (const step of steps) {
          try {
            change(event, step, undo)
          } catch (thrown) {
            if (fail_on_error) throw thrown
          }
        }
      }),
    }
  },
})

interface Step {
  readonly field: Field
  readonly replace: (text: string) => string
}

function replacedIn({ name }: Field, replace: () => string): string {
  try {
    return replace()
  } catch (thrown) {
    throw new Error(`the field ${name} can't be searched: ${messageOf(thrown)}`)
  }
}
