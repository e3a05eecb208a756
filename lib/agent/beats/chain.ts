// The processors that the events of one beat pass, between `publish` and the queue.
//
// Processors are anybody's code. One that throws, or answers with neither an event nor undefined, must cost
// no event: the event goes on as it was before that processor, with the reason in `error.message`. It may
// have been changed half-way by then, so a copy is kept before each processor, as JSON: the event ends as
// JSON anyway, and only a failure reads the copy. Each answer is made JSON at once, which is the copy for the
// next processor, and shows an answer that JSON can't carry while it can still be told whose it is.

import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import type { Chain } from '../../pipeline/client.ts'
import { DropLog } from '../../pipeline/drop-log.ts'
import { stringify, timeOf } from '../../pipeline/encode.ts'
import { metadataOf } from '../../pipeline/meta.ts'
import type { MutableEvent, Processor } from '../../processor.ts'
import { type ConfiguredProcessor, titleOf } from '../plan.ts'

interface OpenChain {
  /** Undefined if there are no processors. */
  readonly chain: Chain | undefined
  close(): void
}

interface Step {
  readonly title: string
  readonly processor: Processor
  readonly failures: DropLog
}

/**
 * Opens the processors in order.
 *
 * @throws Error that names the processor; those before it are closed
 */
export function openChain(processors: readonly ConfiguredProcessor[], log: Logger): OpenChain {
  const steps: Step[] = []
  const close = () => {
    for (const step of steps.splice(0).reverse()) closeStep(step, log)
  }
  try {
    for (const processor of processors) steps.push(openStep(processor, log))
  } catch (error) {
    close()
    throw error
  }
  return { chain: processors.length === 0 ? undefined : event => passAll(steps, event), close }
}

function openStep(configured: ConfiguredProcessor, parent: Logger): Step {
  const { plugin, settings, id } = configured
  const title = titleOf(configured)
  const log = parent.child({ processor: id })
  try {
    const processor: Processor | undefined = plugin.open({ settings, log })
    if (typeof processor?.process !== 'function') throw new TypeError(whyNone(processor))
    return { title, processor, failures: new DropLog(log, 'Events not processed') }
  } catch (error) {
    throw new Error(`${title}: ${messageOf(error)}`, { cause: error })
  }
}

function whyNone(opened: unknown): string {
  if (!(opened instanceof Promise)) return 'open returned no { process }'
  // Nobody waits for it, and a rejection that nobody handles would end the agent.
  opened.catch(() => undefined)
  return 'open returned no { process } but a promise, as that of an output does'
}

function closeStep({ title, processor, failures }: Step, log: Logger): void {
  failures.close()
  try {
    processor.close?.()
  } catch (error) {
    log.error({ err: error }, `${title} could not be closed`)
  }
}

/** An event between two processors, and its JSON. */
interface Passed {
  readonly event: MutableEvent
  readonly text: string
}

function passAll(steps: readonly Step[], event: MutableEvent): MutableEvent | undefined {
  let passed: Passed | undefined = { event, text: JSON.stringify(event) }
  for (const step of steps) {
    passed = pass(step, passed)
    if (passed === undefined) return undefined
  }
  return passed.event
}

function pass({ title, processor, failures }: Step, { event, text }: Passed): Passed | undefined {
  const at = event['@timestamp']
  try {
    const answer: unknown = processor.process(event)
    return answer === undefined ? undefined : checked(answer, at)
  } catch (thrown) {
    const message = `${title}: ${messageOf(thrown)}`
    failures.note(message)
    const before: MutableEvent = JSON.parse(text)
    const { error } = before
    const marked = { ...before, error: { ...(isPlain(error) ? error : {}), message } }
    return { event: marked, text: JSON.stringify(marked) }
  }
}

/**
 * Checks all that would cost the event later on.
 *
 * @param at the time of the event before the processor
 */
function checked(answer: unknown, at: unknown): Passed {
  if (!isPlain(answer)) throw new TypeError('process returned neither an event nor undefined')
  if (typeof answer.toJSON === 'function') {
    throw new TypeError('process returned an event with a toJSON')
  }
  const time = answer['@timestamp']
  if (time !== at) {
    if (time === undefined) throw new TypeError('process returned an event without @timestamp')
    timeOf(time, '')
  }
  metadataOf(answer['@metadata'])
  return { event: answer, text: stringify(answer) }
}

/**
 * Whether all of it is in its own fields, as JSON wants it. So neither a Map is an event, nor what inherits
 * from one, nor a promise: a processor that is asynchronous by mistake.
 */
function isPlain(value: unknown): value is MutableEvent {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
