import { setTimeout as sleep } from 'node:timers/promises'

/** Counts of what keeps a process busy, by kind: `Timeout`, `TCPServerWrap`, `listener for "SIGUSR2"`. */
type Census = ReadonlyMap<string, number>

/** Kinds that belong to nobody: they are the next steps of the event loop. */
const TRANSIENT = new Set(['Immediate', 'TickObject', 'Microtask'])

/**
 * Counts now, and returns a function that counts again and names the kinds that have become more. As handles
 * take a moment to close, that function repeats its count until nothing is left or the timeout has passed.
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
  const resources = process.getActiveResourcesInfo().filter(kind => !TRANSIENT.has(kind))
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
