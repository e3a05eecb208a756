import type { SettingProblem } from '../../plugin.ts'
import type { MutableEvent, Processor } from '../../processor.ts'
import { type Field, fieldOf, requiredAt, type Undo, valueAt } from '../field.ts'
import { topKeysOf } from '../touching.ts'
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

/** Both fields of each pair. */
export function keysOfPairs({ fields }: PairsSettings): readonly string[] {
  return topKeysOf(...fields.flatMap(({ from, to = '' }) => [from, to === '' ? from : to]))
}

/** An event must keep its time. */
export function renameProblems(
  path: SettingProblem['path'],
  from: string,
): readonly SettingProblem[] {
  if (from !== '@timestamp') return []
  return [{ path, message: 'must not be @timestamp, which every event has to keep' }]
}

/** The problems of pairs whose `to` the event must not have yet. */
export function pairProblems(settings: PairsSettings): readonly SettingProblem[] {
  const { fields, ignore_missing, fail_on_error } = settings
  const bothCount = fail_on_error && !ignore_missing
  return fields.flatMap(({ from, to = '' }, at) => {
    const path = ['fields', at, 'to']
    if (from === to) return [{ path, message: `must be another field than ${from}` }]
    const first = fields.findIndex(each => each.to === to)
    const isMovedOn = fields.some(each => each.from === to)
    if (!bothCount || first === at || isMovedOn) return []
    return [{ path, message: `must not be ${to}: that is for ${fields[first]?.from} already` }]
  })
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
