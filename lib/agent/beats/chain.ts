// The processors that the events of one beat pass, between `publish` and the queue.
//
// A processor that throws must cost no event: the event goes on as it was before that processor, with the
// reason in `error.message`, past the rest of the list if the processor is configured so.
//
// Those of the framework leave the event as it was when they throw, and make nothing of it that JSON can't
// carry: they are given the event itself. All others are anybody's code. Such a processor gets a copy, so that
// the event is there as it was, whatever becomes of the copy. And what it answers is copied as JSON would have
// it: that shows an answer that JSON can't carry while it can still be told whose it is, and neither the next
// processor nor a condition meets anything that is not data, or that somebody else has.

import type { Logger } from 'pino'
import { messageOf, type Path } from '../../errors.ts'
import type { Ahead, Chain } from '../../pipeline/chain.ts'
import { DropLog } from '../../pipeline/drop-log.ts'
import { dataCopy } from '../../pipeline/encoding/data-copy.ts'
import { timeOf } from '../../pipeline/encoding/encode.ts'
import type { Fields } from '../../pipeline/encoding/enrichment.ts'
import { metadataOf } from '../../pipeline/encoding/meta.ts'
import type { MutableEvent, Processor } from '../../processor.ts'
import { type ConfiguredProcessor, type ConfiguredStep, titleOf } from '../plan.ts'
import { doneAhead } from './ahead.ts'
import { type Branch, type Node, type Step, touchedBy } from './steps.ts'
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
      return { kind: 'branch', path, condition, ifTrue, ifFalse }
    }
    const step = openStep(configured, deps.log)
    opened.push(step)
    return step
  }
  try {
    const nodes = lists.map(list => list.map(openNode)).filter(list => list.length > 0)
    return { chain: chainOf(nodes, deps), close }
  } catch (error) {
    close()
    throw error
  }
}

/** Undefined if there are no processors. */
function chainOf(lists: readonly (readonly Node[])[], deps: ChainDeps): Chain | undefined {
  if (lists.every(list => list.length === 0)) return undefined
  const pass = (event: MutableEvent) => passAll(lists, event, deps)
  // Who watches the steps wants to see each of them at work.
  if (deps.watch !== undefined) return pass
  const ahead = (constants: Fields): Ahead | undefined => {
    const done = doneAhead(lists, constants)
    return done && { ...done, chain: chainOf(done.left, deps) }
  }
  return Object.assign(pass, { touches: touchedBy(lists.flat()), ahead })
}

function openStep(configured: ConfiguredProcessor, parent: Logger): Step {
  const { plugin, settings, id } = configured
  const log = parent.child({ processor: id })
  try {
    const processor: Processor | undefined = plugin.open({ settings, log })
    if (typeof processor?.process !== 'function') throw new TypeError(whyNone(processor))
    return {
      kind: 'step',
      configured,
      builtin: configured.builtin === true,
      processor,
      failures: new DropLog(log, 'Events not processed'),
    }
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

/** An event that has been dropped is undefined. */
type Passed = MutableEvent | Ended | undefined

/** An event that passes by the rest of its list, and of all lists that this one stands in. */
class Ended {
  readonly event: MutableEvent

  constructor(event: MutableEvent) {
    this.event = event
  }
}

function passAll(
  lists: readonly (readonly Node[])[],
  event: MutableEvent,
  deps: ChainDeps,
): MutableEvent | undefined {
  let now = event
  for (const list of lists) {
    const passed = passList(list, now, deps)
    if (passed === undefined) return undefined
    // A list of its own: the agent's processors are not left out by a failure in those of a beat.
    now = passed instanceof Ended ? passed.event : passed
  }
  return now
}

function passList(nodes: readonly Node[], event: MutableEvent, deps: ChainDeps): Passed {
  let now = event
  for (const node of nodes) {
    const passed = node.kind === 'step' ? pass(node, now, deps) : branch(node, now, deps)
    if (passed === undefined || passed instanceof Ended) return passed
    now = passed
  }
  return now
}

function branch(node: Branch, event: MutableEvent, deps: ChainDeps): Passed {
  const holds = node.condition.holds(event)
  deps.watch?.(node.path, { what: 'branch', holds }, JSON.stringify(event))
  return passList(holds ? node.ifTrue : node.ifFalse, event, deps)
}

function pass(step: Step, event: MutableEvent, deps: ChainDeps): Passed {
  if (deps.watch !== undefined) return watched(step, event, deps, deps.watch)
  if (step.configured.when?.holds(event) === false) return event
  try {
    return step.builtin ? step.processor.process(event) : processed(step.processor, event)
  } catch (thrown) {
    return failed(step, messageOf(thrown), event, deps)
  }
}

/** The same, with a look at the event before and afterwards. */
function watched(step: Step, event: MutableEvent, deps: ChainDeps, watch: Watch): Passed {
  const { path, config } = step.configured
  const before = JSON.stringify(event)
  if (step.configured.when?.holds(event) === false) {
    watch(path, { what: 'skipped' }, before)
    return event
  }
  try {
    const passed = step.builtin ? step.processor.process(event) : processed(step.processor, event)
    if (passed === undefined) watch(path, { what: 'dropped' }, before)
    else watch(path, { what: 'passed' }, before, JSON.stringify(passed))
    return passed
  } catch (thrown) {
    const reason = messageOf(thrown)
    const passed = failed(step, reason, event, deps)
    const after = JSON.stringify(passed instanceof Ended ? passed.event : passed)
    watch(path, { what: 'failed', reason, endsList: config.failOnError }, before, after)
    return passed
  }
}

function failed(
  { configured, failures }: Step,
  reason: string,
  before: MutableEvent,
  deps: ChainDeps,
): MutableEvent | Ended {
  const { id, config } = configured
  const message = `${titleOf(configured)}: ${reason}`
  failures.note(message)
  deps.failed.set(id, (deps.failed.get(id) ?? 0) + 1)
  const event = withReason(before, message)
  return config.failOnError ? new Ended(event) : event
}

/**
 * Has anybody's processor process a copy, and checks all that would cost the event later on.
 *
 * @throws what the processor throws, or a TypeError about its answer; `event` is as it was
 */
function processed(processor: Processor, event: MutableEvent): MutableEvent | undefined {
  const answer: unknown = processor.process(dataCopy(event) ?? {})
  if (answer === undefined) return undefined
  // Nobody else hears of its rejection, which would end the agent.
  if (answer instanceof Promise) answer.catch(() => undefined)
  if (!isPlain(answer)) throw new TypeError('process returned neither an event nor undefined')
  if (typeof answer.toJSON === 'function') {
    throw new TypeError('process returned an event with a toJSON')
  }
  const { '@timestamp': time, '@metadata': metadata } = answer
  if (time !== event['@timestamp']) {
    if (time === undefined) throw new TypeError('process returned an event without @timestamp')
    timeOf(time, '')
  }
  metadataOf(metadata)
  const passed = dataCopy(answer)
  if (passed === undefined) throw new TypeError('process returned what is no event in JSON')
  return passed
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
