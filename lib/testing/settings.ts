import type { Beat } from '../beat.ts'
import { parseSection } from '../config/schema/section.ts'
import { AgentError, formatProblem, type Problem } from '../errors.ts'

/** What `config` makes of the beat's settings, as in the agent; throws with all that is wrong. */
export function settingsOf<S, R>(beat: Beat<S, R>, config: Readonly<Record<string, unknown>>): S {
  const problems: Problem[] = []
  const settings = parseSection(
    beat.schema,
    { path: [beat.name], value: config },
    (path, message) => problems.push({ path, message }),
  )
  if (settings !== undefined && problems.length === 0) return settings
  const message = problems.map(formatProblem).join('\n')
  throw new AgentError('CONFIG_INVALID', message, { problems })
}
