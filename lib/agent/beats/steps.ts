import type { Path } from '../../errors.ts'
import type { DropLog } from '../../pipeline/drop-log.ts'
import type { Processor } from '../../processor.ts'
import { type Touching, topKeysOf } from '../../processors/touching.ts'
import type { ConfiguredCondition, ConfiguredProcessor } from '../plan.ts'

/** What an opened list of processors consists of. */
export type Node = Step | Branch

export interface Step {
  readonly kind: 'step'
  readonly configured: ConfiguredProcessor
  /** Whether its code is the framework's, which leaves an event as it was when it throws. */
  readonly builtin: boolean
  readonly processor: Processor
  readonly failures: DropLog
}

export interface Branch {
  readonly kind: 'branch'
  readonly path: Path
  readonly condition: ConfiguredCondition
  readonly ifTrue: readonly Node[]
  readonly ifFalse: readonly Node[]
}

/** The keys at the top of an event that these may look at or set; undefined: any. */
export function touchedBy(nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const keys = new Set(['error'])
  for (const node of nodes) {
    const isStep = node.kind === 'step'
    addNames((isStep ? node.configured.when : node.condition)?.written, keys)
    const touched = isStep ? touchedByStep(node) : touchedBy([...node.ifTrue, ...node.ifFalse])
    if (touched === undefined) return undefined
    for (const key of touched) keys.add(key)
  }
  return keys
}

/** Without its condition. */
export function touchedByStep({ builtin, configured }: Step): readonly string[] | undefined {
  const { plugin, settings } = configured
  return builtin ? (plugin as Touching).touches?.(settings) : undefined
}

/** Every text in a condition may be the name of a field. */
function addNames(written: unknown, keys: Set<string>): void {
  if (typeof written === 'string') for (const key of topKeysOf(written)) keys.add(key)
  if (typeof written !== 'object' || written === null) return
  for (const [key, value] of Object.entries(written)) {
    addNames(key, keys)
    addNames(value, keys)
  }
}
