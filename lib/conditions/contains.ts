import type { ParseCondition } from './condition.ts'
import { parseTextMatch } from './text-match.ts'

/** `contains`: each field has this text somewhere in it. */
export const parseContains: ParseCondition = (written, path, report) =>
  parseTextMatch(written, path, report, wanted => text => text.includes(wanted))
