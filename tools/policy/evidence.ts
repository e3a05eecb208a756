import { UNRECORDED } from '../../lib/seccomp/record/filter.ts'
import type { Recording } from '../recording.ts'
import { NARROWED } from './narrowed.ts'
import { PLAIN } from './plain.ts'
import { REFUSED } from './refused.ts'

/** Where a call was seen once the agent could have its filter: Node's major versions, phases. */
export interface Evidence {
  readonly nodes: readonly string[]
  readonly phases: readonly string[]
}

/** By name. What Node does before the first phase is done before the filter, too. */
export function gather(recordings: readonly Recording[]): ReadonlyMap<string, Evidence> {
  const found = new Map<string, { nodes: Set<string>; phases: Set<string> }>()
  for (const { node, calls } of recordings) {
    for (const { name, phases } of calls) {
      const later = Object.keys(phases).filter(phase => phase !== 'boot')
      if (later.length === 0) continue
      const seen = found.get(name) ?? { nodes: new Set(), phases: new Set() }
      found.set(name, seen)
      seen.nodes.add(node.replace(/\..*/, ''))
      for (const phase of later) seen.phases.add(phase)
    }
  }
  return new Map(
    [...found].map(([name, { nodes, phases }]) => {
      return [name, { nodes: [...nodes], phases: [...phases].sort() }]
    }),
  )
}

/** `Node 20 22: files, threads`. */
export function formatEvidence({ nodes, phases }: Evidence): string {
  const where = phases.length > 6 ? 'throughout' : phases.join(', ')
  return `Node ${nodes.join(' ')}: ${where}`
}

/** What the lists claim and no recording bears out, or what was recorded and is on no list. */
export function contradictions(evidence: ReadonlyMap<string, Evidence>): readonly string[] {
  const claimed = PLAIN.flatMap(({ recorded }) => recorded)
  const decided = new Set([
    ...claimed,
    ...PLAIN.flatMap(({ others }) => Object.keys(others)),
    ...NARROWED.flatMap(({ names }) => names),
    ...Object.keys(REFUSED),
  ])
  const undecided = [...evidence.keys()].filter(name => !decided.has(name))
  const missing = claimed.filter(name => !evidence.has(name) && !UNRECORDED.includes(name))
  return [
    ...undecided.map(name => `${name} was recorded: allow, narrow or refuse it`),
    ...missing.map(name => `${name} was not recorded: say what needs it`),
  ]
}
