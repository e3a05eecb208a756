import { isDeepStrictEqual } from 'node:util'
import { askPrivileges } from '../agent/plugins/privilege-shape.ts'
import { processorProblems } from '../agent/plugins/shape.ts'
import { messageOf } from '../errors.ts'
import type { Event } from '../event.ts'
import type { Processor, ProcessorType } from '../processor.ts'
import { checkDeclared } from './check-declaration.ts'
import { type SessionOptions, settingsOf, silent } from './session.ts'

export interface ProcessorCheckOptions extends Pick<SessionOptions, 'log'> {
  /** The processor's settings, as in beat.yml. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Events to process, one after the other. */
  readonly events?: readonly Event[]
}

/**
 * Checks that a processor keeps the contract that every processor has with the agent, in any test runner:
 * `it('keeps the contract', () => checkProcessor(processor, { events: [{ message: 'hello' }] }))`.
 *
 * It checks the name, the schema, the system calls and the privileges. Then it opens the processor and has it
 * process a copy of every event. The processor has to answer at once, with an event that JSON can carry or
 * with undefined, and must not change its settings.
 *
 * @throws Error that lists every finding
 */
export async function checkProcessor<S>(
  type: ProcessorType<S>,
  options: ProcessorCheckOptions = {},
): Promise<void> {
  const findings = await findingsOf(type, options)
  if (findings.length === 0) return
  const list = findings.map(finding => `\n- ${finding}`).join('')
  throw new Error(`processor "${type?.name}" breaks the contract:${list}`)
}

async function findingsOf<S>(
  type: ProcessorType<S>,
  options: ProcessorCheckOptions,
): Promise<readonly string[]> {
  const problems = processorProblems(type)
  if (problems.length > 0) return problems
  return [...(await checkDeclared(type)), ...checkWork(type, options)]
}

function checkWork<S>(
  type: ProcessorType<S>,
  { config = {}, events = [], log = silent() }: ProcessorCheckOptions,
): readonly string[] {
  try {
    const settings = settingsOf(type, config)
    const { problems } = askPrivileges(() => type.privileges?.(settings))
    const before = structuredClone(settings)
    const processor = type.open({ settings, log })
    if (typeof processor?.process !== 'function') return ['open returns no { process }']
    const found = events.flatMap(event => checkAnswer(processor, event))
    processor.close?.()
    const changed = isDeepStrictEqual(settings, before) ? [] : ['it changes its settings']
    return [...problems, ...new Set(found), ...changed]
  } catch (error) {
    return [messageOf(error)]
  }
}

function checkAnswer(processor: Processor, event: Event): readonly string[] {
  try {
    const answer: unknown = processor.process(JSON.parse(JSON.stringify(event)))
    if (answer === undefined) return []
    if (answer instanceof Promise) return ['process returns a promise: it must be synchronous']
    const isMap = typeof answer === 'object' && answer !== null && !Array.isArray(answer)
    if (!isMap) return ['process must return an event or undefined']
    JSON.stringify(answer)
    return []
  } catch (error) {
    return [`process throws, or returns what JSON can't carry: ${messageOf(error)}`]
  }
}
