import { askPrivileges, beatProblems } from '../agent/plugins/shape.ts'
import type { Beat } from '../beat.ts'
import { messageOf } from '../errors.ts'
import { takeCensus } from './census.ts'
import { checkConduct, type Limits } from './check-conduct.ts'
import { checkDeclaration } from './check-declaration.ts'
import { openSession, type SessionOptions } from './session.ts'
import { settingsOf } from './settings.ts'

export interface CheckOptions<R = void> extends SessionOptions, Partial<Limits<R>> {
  /** What the beat's section of beat.yml would say, such as a short period. */
  readonly config?: Readonly<Record<string, unknown>>
}

/**
 * Holds a beat to the contract that every beat has with the agent; throws one error that lists all
 * that is wrong. To be used in any test runner: `it('keeps the contract', () => checkBeat(beat))`.
 *
 * It looks at the name, the schema, the system calls and the privileges; then it opens the beat, runs it twice, once
 * with room for its events and once with a full queue, and closes it. The beat has to publish sound
 * events, to await every publish, to return soon after the abort, and to leave nothing behind: no
 * timer, handle or listener. What only some stimulus brings about, `provoke` has to bring about.
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
  // The rest would only trip over it.
  if (problems.length > 0) return problems
  return [...(await checkDeclaration(beat)), ...(await checkLife(beat, options))]
}

/** From the settings to what is left after `close`. */
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
    const findings = await checkConduct(session, limits)
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
