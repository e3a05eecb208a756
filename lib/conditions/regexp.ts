import { messageOf } from '../errors.ts'
import { compilePattern } from '../regex/pattern.ts'
import type { ParseCondition } from './condition.ts'
import { parseTextMatch } from './text-match.ts'

/** `regexp`: each field matches this regular expression of RE2, anywhere in it. */
export const parseRegexp: ParseCondition = (written, path, report) =>
  parseTextMatch(written, path, report, (source, at) => {
    try {
      return compilePattern(source).test
    } catch (error) {
      return void report(at, messageOf(error), 'must be a regular expression of RE2')
    }
  })
