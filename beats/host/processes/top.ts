import type { ProcessAnswer } from 'sealbeat/host'

export interface TopSettings {
  readonly by_cpu: number
  readonly by_memory: number
}

/** A process and the ticks of CPU time that it has spent since the sample before; undefined in the first one. */
export interface Spent {
  readonly process: ProcessAnswer
  readonly spent: number | undefined
}

/**
 * A process that was not there before has spent all of its time since then. A number that another process had before
 * is told by the start.
 */
export function spentSince(
  before: ReadonlyMap<number, ProcessAnswer> | undefined,
  now: readonly ProcessAnswer[],
): readonly Spent[] {
  return now.map(process => {
    if (before === undefined) return { process, spent: undefined }
    const last = before.get(process.pid)
    const counted = last?.start === process.start ? last.ticks : 0
    return { process, spent: Math.max(0, process.ticks - counted) }
  })
}

/** Those that have spent most, and those that have most memory, each once. Without a sample before: the latter. */
export function topOf(all: readonly Spent[], top: TopSettings): readonly Spent[] {
  const first = (count: number, of: (each: Spent) => number): readonly Spent[] =>
    all
      .filter(each => of(each) > 0)
      .toSorted((a, b) => of(b) - of(a) || a.process.pid - b.process.pid)
      .slice(0, count)
  return [
    ...new Set([
      ...first(top.by_cpu, ({ spent = 0 }) => spent),
      ...first(top.by_memory, ({ process }) => process.residentPages),
    ]),
  ]
}
