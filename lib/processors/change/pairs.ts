import type { MutableEvent, Processor } from '../../processor.ts'
import { type Field, fieldOf, requiredAt, type Undo, valueAt } from '../field.ts'
import { allOrNothing } from '../undo.ts'

/** The settings of every processor that goes through pairs of fields. */
export interface PairsSettings {
  readonly fields: readonly { readonly from: string; readonly to?: string }[]
  readonly ignore_missing: boolean
  readonly fail_on_error: boolean
}

export const ignoreMissing = {
  doc: 'A field that is missing is no failure.',
  format: Boolean,
  default: false,
}

export const failOnError = {
  doc: 'The first failure fails the processor. Otherwise what fails is left as it is.',
  format: Boolean,
  default: true,
}

/** What is done with a pair. It throws before it has changed anything. */
type Work = (
  event: MutableEvent,
  from: Field,
  to: Field,
  value: unknown,
  undo: Undo | undefined,
) => void

/**
 * Does the work for each pair, in order. If a failure counts, all of it is undone.
 *
 * @param before is done first, also for a field that is missing
 */
export function eachPair(
  { fields, ignore_missing, fail_on_error }: PairsSettings,
  work: Work,
  before?: (event: MutableEvent, to: Field) => void,
): Processor {
  const pairs = fields.map(({ from, to = '' }) => {
    return { from: fieldOf(from), to: fieldOf(to === '' ? from : to) }
  })
  const one = (event: MutableEvent, from: Field, to: Field, undo: Undo | undefined) => {
    before?.(event, to)
    const value = valueAt(event, from)
    if (value !== undefined) work(event, from, to, value, undo)
    else if (!ignore_missing) requiredAt(event, from)
  }
  return {
    process: allOrNothing(fail_on_error && pairs.length > 1, (event, undo) => {
      for (const { from, to } of pairs) {
        try {
          one(event, from, to, undo)
        } catch (thrown) {
          if (fail_on_error) throw thrown
        }
      }
    }),
  }
}
