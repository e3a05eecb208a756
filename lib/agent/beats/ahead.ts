// Which processors can do their work once, on what is the same in all events of a beat, instead of on each event.
//
// Such a step depends on the fields that it touches alone, has no condition, and is reached by every event. No other
// step touches these fields, so that it makes no difference when it is done. It does something to the constants and
// does not fail. Events that have one of the fields themselves are not meant: they pass all steps.

import { isDeepStrictEqual } from 'node:util'
import { dataCopy } from '../../pipeline/encoding/data-copy.ts'
import type { Fields } from '../../pipeline/encoding/enrichment.ts'
import type { Touching } from '../../processors/touching.ts'
import { type Node, type Step, touchedBy, touchedByStep } from './steps.ts'

interface DoneAhead {
  /** As the steps leave them. */
  readonly constants: Fields
  /** What the steps touch. */
  readonly keys: ReadonlySet<string>
  /** The lists without them. */
  readonly left: readonly (readonly Node[])[]
}

/** Every event has these, or gets them. */
const NEVER_THE_SAME = ['@timestamp', '@metadata', 'error']

/** Each takes a while with many processors, and those that hang together one by one are not worth it. */
const MOST_ROUNDS = 10

/** Undefined if there is nothing that can be done ahead. */
export function doneAhead(
  lists: readonly (readonly Node[])[],
  constants: Fields,
): DoneAhead | undefined {
  let chosen: ReadonlySet<Node> = new Set(lists.flat().filter(isAlwaysTheSame))
  for (let round = 0; round < MOST_ROUNDS && chosen.size > 0; round++) {
    let made = dataCopy(constants) ?? {}
    const effective = new Set<Node>()
    for (const step of apartFrom(lists, chosen)) {
      const changed = after(step, made)
      if (changed === undefined) continue
      made = changed
      effective.add(step)
    }
    if (effective.size === chosen.size) {
      const keys = new Set(stepsOf(lists.flat(), chosen).flatMap(keysOf))
      return {
        constants: made,
        keys,
        left: lists.map(list => list.filter(node => !chosen.has(node))),
      }
    }
    // Without those that are out, others may do something else.
    chosen = effective
  }
  return undefined
}

function isAlwaysTheSame(node: Node): node is Step {
  if (node.kind === 'branch' || node.configured.when !== undefined) return false
  if ((node.configured.plugin as Touching).isPure !== true) return false
  const touched = touchedByStep(node)
  return touched?.every(key => !NEVER_THE_SAME.includes(key) && !(key in {})) === true
}

/** Those of the chosen that every event reaches, and whose fields no other step touches. */
function apartFrom(
  lists: readonly (readonly Node[])[],
  chosen: ReadonlySet<Node>,
): readonly Step[] {
  const others = touchedBy(lists.flat().filter(node => !chosen.has(node)))
  if (others === undefined) return []
  const isApart = (step: Step) => !keysOf(step).some(key => others.has(key))
  return lists.flatMap(list => {
    const end = list.findIndex(node => !chosen.has(node) && mayEndItsList(node))
    const reached = end < 0 ? list : list.slice(0, end)
    return stepsOf(reached, chosen).filter(isApart)
  })
}

function stepsOf(nodes: readonly Node[], chosen: ReadonlySet<Node>): readonly Step[] {
  return nodes.flatMap(node => (node.kind === 'step' && chosen.has(node) ? [node] : []))
}

function mayEndItsList(node: Node): boolean {
  if (node.kind === 'step') return node.configured.config.failOnError
  return [...node.ifTrue, ...node.ifFalse].some(mayEndItsList)
}

function keysOf(step: Step): readonly string[] {
  return touchedByStep(step) ?? []
}

/** The constants after a step; undefined if it leaves them as they are, or would note something in each event. */
function after({ processor }: Step, constants: Fields): Fields | undefined {
  const made = dataCopy(constants) ?? {}
  try {
    if (processor.process(made) !== made) return undefined
  } catch {
    return undefined
  }
  const data: Fields = dataCopy(made) ?? {}
  const isNoted = !isDeepStrictEqual(data.error, constants.error)
  return isNoted || isDeepStrictEqual(data, constants) ? undefined : data
}
