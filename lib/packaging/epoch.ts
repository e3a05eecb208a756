import { AgentError, formatProblem } from '../errors.ts'

/** npm's own date for every file that it packs, unless SOURCE_DATE_EPOCH says another. */
const EPOCH = 499_162_500

/**
 * Seconds since 1970: https://reproducible-builds.org/specs/source-date-epoch.
 *
 * @throws AgentError `CONFIG_INVALID`
 */
export function epochOf(written: string | undefined): number {
  if (written === undefined) return EPOCH
  if (/^\d{1,11}$/.test(written)) return Number(written)
  const message = `must be a number of seconds since 1970, not "${written}": \`date +%s\` prints one`
  const problem = { position: 'SOURCE_DATE_EPOCH', path: [], message }
  throw new AgentError('CONFIG_INVALID', formatProblem(problem), { problems: [problem] })
}
