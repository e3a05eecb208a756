import { askPrivileges } from '../agent/plugins/privilege-shape.ts'
import { beatProblems } from '../agent/plugins/shape.ts'
import type { Beat } from '../beat.ts'
import { messageOf } from '../errors.ts'
import { takeCensus } from './census.ts'
import { checkConduct, type Limits } from './check-conduct.ts'
import { checkDeclaration } from './check-declaration.ts'
import { openSession, type SessionOptions, settingsOf } from './session.ts'

export interface CheckOptions<R = void> extends SessionOptions, Partial<Limits<R>> {
  /** The beat's section of beat.yml, with a short period for example. */
  readonly config?: Readonly<Record<string, unknown>>
}

/**
 * Checks that a beat keeps the contract that every beat has with the agent, in any test runner:
 * `it('keeps the contract', () => checkBeat(beat))`.
 *
 * It checks the name, the schema, the system calls and the privileges. Then it opens the beat, runs it twice,
 * once with room for its events and once with a full queue, lets it do a round if it has any, and closes it. The beat has to publish valid
 * events, await every publish, return soon after the abort, and leave nothing behind: no timer, handle or
 * listener. If its events need a stimulus, `provoke` has to provide it.
 *
 * @throws Error that lists every finding
 */
export async function checkBeat<S, R = void>(
  beat: Beat<S, R>,
  options: CheckOptions<R> = {},
): Promise<void> {
  const findings = await findingsOf(beat, options)
  if (findings.length === 0) return
  const list = findings.map(finding => `\n- ${finding}`).join('')
  throw new Error(`beat "${beat?.name}" breaks the contract:${list}`)
}

async function findingsOf<S, R>(
  beat: Beat<S, R>,
  options: CheckOptions<R>,
): Promise<readonly string[]> {
  const problems = beatProblems(beat)
  // All other checks need a beat of the right shape.
  if (problems.length > 0) return problems
  return [...(await checkDeclaration(beat)), ...(await checkLife(beat, options))]
}

/** Checks a whole life, from the settings to what is left after `close`. */
async function checkLife<S, R>(
  beat: Beat<S, R>,
  options: CheckOptions<R>,
): Promise<readonly string[]> {
  const limits = { ...DEFAULT_LIMITS, ...options }
  const leftBehind = takeCensus()
  try {
    const settings = settingsOf(beat, options.config ?? {})
    const { problems } = askPrivileges(() => beat.privileges?.(settings))
    const session = await openSession(beat, settings, options).catch(throwAs('open throws'))
    const findings = await checkConduct(session, { ...limits, fields: beat.fields })
    await session.close().catch(throwAs('close throws'))
    const left = await leftBehind(500)
    return [...problems, ...findings, ...left.map(kind => `leaves behind: ${kind}`)]
  } catch (error) {
    return [messageOf(error)]
  }
}

const DEFAULT_LIMITS = { events: 1, timeout: 1000, outstanding: 32 }

function throwAs(what: string): (error: unknown) => never {
  return error => {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error })
  }
}
