// The processors that the events of one beat pass, between `publish` and the queue.
//
// Processors are anybody's code. One that throws, or answers with neither an event nor undefined, must cost
// no event: the event goes on as it was before that processor, with the reason in `error.message`, past the
// rest of the list if the processor is configured so. It may have been changed half-way by then, so a copy is
// kept before each processor, as JSON: the event ends as JSON anyway, and only a failure reads the copy. Each
// answer is made JSON at once, which is the copy for the next processor, and shows an answer that JSON can't
// carry while it can still be told whose it is.

import type { Logger } from 'pino'
import type { Condition } from '../../conditions/condition.ts'
import { messageOf, type Path } from '../../errors.ts'
import type { Chain } from '../../pipeline/client.ts'
import { DropLog } from '../../pipeline/drop-log.ts'
import { stringify, timeOf } from '../../pipeline/encoding/encode.ts'
import { metadataOf } from '../../pipeline/encoding/meta.ts'
import type { MutableEvent, Processor } from '../../processor.ts'
import { type ConfiguredProcessor, type ConfiguredStep, titleOf } from '../plan.ts'
import { withReason } from './with-reason.ts'

interface OpenChain {
  /** Undefined if there are no processors. */
  readonly chain: Chain | undefined
  close(): void
}

interface ChainDeps {
  readonly log: Logger
  /** By the name of a processor, at how many events it has failed. */
  readonly failed: Map<string, number>
  readonly watch?: Watch
}

/** Is told what each step did with an event. `before`, `after`: the event as JSON. */
type Watch = (path: Path, fate: Fate, before: string, after?: string) => void

export type Fate =
  | { readonly what: 'passed' | 'dropped' | 'skipped' }
  | { readonly what: 'failed'; readonly reason: string; readonly endsList: boolean }
  | { readonly what: 'branch'; readonly holds: boolean }

type Node = Step | Branch

interface Step {
  readonly configured: ConfiguredProcessor
  readonly processor: Processor
  readonly failures: DropLog
}

interface Branch {
  readonly path: Path
  readonly holds: Condition
  readonly ifTrue: readonly Node[]
  readonly ifFalse: readonly Node[]
}

/**
 * Opens the processors of lists, in order.
 *
 * @throws Error that names the processor; those before it are closed
 */
export function openChain(
  lists: readonly (readonly ConfiguredStep[])[],
  deps: ChainDeps,
): OpenChain {
  const opened: Step[] = []
  const close = () => {
    for (const step of opened.splice(0).reverse()) closeStep(step, deps.log)
  }
  const openNode = (configured: ConfiguredStep): Node => {
    if (configured.kind === 'branch') {
      const { path, condition } = configured
      const ifTrue = configured.ifTrue.map(openNode)
      const ifFalse = configured.ifFalse.map(openNode)
      return { path, holds: condition.holds, ifTrue, ifFalse }
    }
    const step = openStep(configured, deps.log)
    opened.push(step)
    return step
  }
  try {
    const nodes = lists.map(list => list.map(openNode)).filter(list => list.length > 0)
    return { chain: nodes.length === 0 ? undefined : event => passAll(nodes, event, deps), close }
  } catch (error) {
    close()
    throw error
  }
}

function openStep(configured: ConfiguredProcessor, parent: Logger): Step {
  const { plugin, settings, id } = configured
  const log = parent.child({ processor: id })
  try {
    const processor: Processor | undefined = plugin.open({ settings, log })
    if (typeof processor?.process !== 'function') throw new TypeError(whyNone(processor))
    return { configured, processor, failures: new DropLog(log, 'Events not processed') }
  } catch (error) {
    throw new Error(`${titleOf(configured)}: ${messageOf(error)}`, { cause: error })
  }
}

function whyNone(opened: unknown): string {
  if (!(opened instanceof Promise)) return 'open returned no { process }'
  // Nobody waits for it, and a rejection that nobody handles would end the agent.
  opened.catch(() => undefined)
  return 'open returned no { process } but a promise, as that of an output does'
}

function closeStep({ configured, processor, failures }: Step, log: Logger): void {
  failures.close()
  try {
    processor.close?.()
  } catch (error) {
    log.error({ err: error }, `${titleOf(configured)} could not be closed`)
  }
}

/** An event between two processors, and its JSON. */
interface Passed {
  readonly event: MutableEvent
  readonly text: string
  /** Whether the rest of the list, with all lists that it stands in, is left out. */
  readonly ended?: true
}

function passAll(
  lists: readonly (readonly Node[])[],
  event: MutableEvent,
  deps: ChainDeps,
): MutableEvent | undefined {
  let passed: Passed | undefined = { event, text: JSON.stringify(event) }
  for (const list of lists) {
    const { event, text }: Passed = passed
    // A list of its own: the agent's processors are not left out by a failure in those of a beat.
    passed = passList(list, { event, text }, deps)
    if (passed === undefined) return undefined
  }
  return passed.event
}

function passList(nodes: readonly Node[], before: Passed, deps: ChainDeps): Passed | undefined {
  let passed: Passed | undefined = before
  for (const node of nodes) {
    passed = 'holds' in node ? branch(node, passed, deps) : pass(node, passed, deps)
    if (passed === undefined || passed.ended) return passed
  }
  return passed
}

function branch(node: Branch, before: Passed, deps: ChainDeps): Passed | undefined {
  const holds = isTrue(node.holds, before)
  deps.watch?.(node.path, { what: 'branch', holds }, before.text)
  return passList(holds ? node.ifTrue : node.ifFalse, before, deps)
}

function isTrue(condition: Condition, { event, text }: Passed): boolean {
  try {
    return condition(event)
  } catch {
    // A processor has made a field that can't always be read.
    return condition(JSON.parse(text))
  }
}

function pass(step: Step, before: Passed, deps: ChainDeps): Passed | undefined {
  const { configured, processor } = step
  const { event, text } = before
  if (configured.when && !isTrue(configured.when.holds, before)) {
    deps.watch?.(configured.path, { what: 'skipped' }, text)
    return before
  }
  const at = event['@timestamp']
  try {
    const answer: unknown = processor.process(event)
    const passed = answer === undefined ? undefined : checked(answer, at)
    deps.watch?.(configured.path, { what: passed ? 'passed' : 'dropped' }, text, passed?.text)
    return passed
  } catch (thrown) {
    return failed(step, messageOf(thrown), text, deps)
  }
}

function failed({ configured, failures }: Step, reason: string, text: string, deps: ChainDeps) {
  const { id, path, config } = configured
  const message = `${titleOf(configured)}: ${reason}`
  failures.note(message)
  deps.failed.set(id, (deps.failed.get(id) ?? 0) + 1)
  const event = withReason(JSON.parse(text), message)
  const passed: Passed = { event, text: JSON.stringify(event) }
  deps.watch?.(path, { what: 'failed', reason, endsList: config.failOnError }, text, passed.text)
  return config.failOnError ? { ...passed, ended: true as const } : passed
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
