import { copyOf, put, requireNone } from '../field.ts'
import { fromTo } from '../field-formats.ts'
import { defineTouching } from '../touching.ts'
import {
  eachPair,
  failOnError,
  ignoreMissing,
  keysOfPairs,
  type PairsSettings,
  pairProblems,
} from './pairs.ts'

/** Copies fields, with the settings of Beats' processor of this name. */
export default defineTouching<PairsSettings>({
  name: 'copy_fields',
  schema: {
    fields: {
      doc: 'The fields to copy: a list of `from` and `to`. The event must not have `to` yet.',
      format: Array,
      default: null,
      children: fromTo,
    },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
  },
  isPure: true,
  touches: keysOfPairs,
  check: pairProblems,
  open: ({ settings }) =>
    eachPair(
      settings,
      (event, _, to, value, undo) => put(event, to, copyOf(value), undo),
      requireNone,
    ),
})
