import { move, requireNone } from '../field.ts'
import { fromTo } from '../field-formats.ts'
import { defineTouching } from '../touching.ts'
import {
  eachPair,
  failOnError,
  ignoreMissing,
  keysOfPairs,
  type PairsSettings,
  pairProblems,
  renameProblems,
} from './pairs.ts'

/** Renames fields, with the settings of Beats' processor of this name. */
export default defineTouching<PairsSettings>({
  name: 'rename',
  schema: {
    fields: {
      doc: 'The fields to rename: a list of `from` and `to`. The event must not have `to` yet.',
      format: Array,
      default: null,
      children: fromTo,
    },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
  },
  isPure: true,
  touches: keysOfPairs,
  check: settings => [
    ...settings.fields.flatMap(({ from }, at) => renameProblems(['fields', at, 'from'], from)),
    ...pairProblems(settings),
  ],
  open: ({ settings }) => eachPair(settings, move, requireNone),
})
