import { UNRECORDED } from '../../lib/seccomp/record/filter.ts'
import type { Recording } from '../record/recording.ts'
import { NARROWED } from './narrowed.ts'
import { PLAIN } from './plain.ts'

/**
 * Calls of the workload that the default policies still leave out, with the reason. Calls that only the
 * start of Node makes come before the filter and need no entry here.
 */
const REFUSED: Readonly<Record<string, string>> = {
  clone3: 'its flags are in memory, where a filter can not look; libc falls back to clone',
  io_uring_setup: 'operations through a ring are not filtered; libuv falls back to epoll',
  tgkill: 'allowed only to the process itself, once its id is known',
}

/** Where a call was seen after the point where an agent installs its filter: Node majors and phases. */
export interface Evidence {
  readonly nodes: readonly string[]
  readonly phases: readonly string[]
}

/** Evidence by name. Calls before the first phase don't count: Node makes them before the filter too. */
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

/** Calls that a list claims and no recording shows, or that were recorded and are on no list. */
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
