import { setTimeout as sleep } from 'node:timers/promises'

/** What keeps a process busy, by kind: `Timeout`, `TCPServerWrap`, `listener for "SIGUSR2"`. */
type Census = ReadonlyMap<string, number>

/** Not anyone's property: what the event loop is about to do. */
const PASSING = new Set(['Immediate', 'TickObject', 'Microtask'])

/**
 * Counts now, and returns a function that counts again and names what there is more of. Handles take
 * a moment to close: it asks again until nothing is left over or `patience` milliseconds are past.
 */
export function takeCensus(): (timeoutMs: number) => Promise<readonly string[]> {
  const before = census()
  return async timeoutMs => {
    const end = performance.now() + timeoutMs
    for (;;) {
      const more = surplus(before, census())
      if (more.length === 0 || performance.now() > end) return more
      await sleep(10)
    }
  }
}

function census(): Census {
  const resources = process.getActiveResourcesInfo().filter(kind => !PASSING.has(kind))
  const listeners = process
    .eventNames()
    .flatMap(name =>
      process.listeners(name as NodeJS.Signals).map(() => `listener for "${String(name)}"`),
    )
  const counts = new Map<string, number>()
  for (const kind of [...resources, ...listeners]) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

function surplus(before: Census, after: Census): readonly string[] {
  return [...after].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0)
    return more > 0 ? [more === 1 ? kind : `${kind} ×${more}`] : []
  })
}
