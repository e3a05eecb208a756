import type { ProcessAnswer } from 'sealbeat/host'

export interface TopSettings {
  readonly by_cpu: number
  readonly by_memory: number
}

/** A process and the ticks of CPU time that it has spent since the sample before; undefined if that is not known. */
export interface Spent {
  readonly process: ProcessAnswer
  readonly spent: number | undefined
}

/**
 * A process that has started since the sample before has spent all of its time since then. One that is older than the
 * newest in that sample could not be read then. A number that another process had before is told by the start.
 * Without a state, a process can't be read now.
 */
export function spentSince(
  before: ReadonlyMap<number, ProcessAnswer> | undefined,
  now: readonly ProcessAnswer[],
): readonly Spent[] {
  let newest = 0
  for (const { start } of before?.values() ?? []) newest = Math.max(newest, start)
  return now
    .filter(({ state }) => state !== '')
    .map(process => {
      const last = before?.get(process.pid)
      if (last?.start === process.start) {
        return { process, spent: Math.max(0, process.ticks - last.ticks) }
      }
      const isNew = before !== undefined && process.start >= newest
      return { process, spent: isNew ? process.ticks : undefined }
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
