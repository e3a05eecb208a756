import { readFileSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../../addon.ts'

/** A system call that was denied under `diagnose: true`. */
export interface Denial {
  readonly number: number
  /** The number itself where the running architecture's table has none. */
  readonly name: string
  /** How often since the start. */
  readonly total: number
  /** One of those since `takeDenials` was last called, if there were any. */
  readonly sample?: DenialSample
}

export interface DenialSample {
  /** What the call failed with: `EPERM`. */
  readonly errno: string
  /** As the kernel got them; whether all six mean anything depends on the call. */
  readonly arguments: readonly bigint[]
  readonly thread: {
    readonly id: number
    /** What the thread is called (proc(5), comm), unless it has ended meanwhile. */
    readonly name: string | undefined
    readonly main: boolean
  }
}

/** All that were denied since the start, each with a sample if there is a new one. */
export function takeDenials(): readonly Denial[] {
  const loaded = loadAddon()
  if ('problem' in loaded) return []
  return loaded.addon.takeDenials(true).map(({ number, name, total, sample }) => {
    if (!sample) return { number, name, total }
    const { errno, thread, arguments: args } = sample
    const named = { id: thread, name: threadName(thread), main: thread === process.pid }
    return {
      number,
      name,
      total,
      sample: { errno: getSystemErrorName(-errno), arguments: args, thread: named },
    }
  })
}

/**
 * Asks for a value that changes with every denial on the main thread; modulo 1024 it is the number of
 * the last one. To be had once: looking for the addon takes file system calls of its own.
 */
export function ownDenials(): () => number {
  const loaded = loadAddon()
  return 'problem' in loaded ? () => 0 : () => loaded.addon.lastOwnDenial()
}

/** How often each system call has been denied since the start, by name: for metrics. */
export function denials(): ReadonlyMap<string, number> {
  const loaded = loadAddon()
  if ('problem' in loaded) return new Map()
  return new Map(loaded.addon.takeDenials(false).map(({ name, total }) => [name, total]))
}

function threadName(id: number): string | undefined {
  try {
    return readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trimEnd()
  } catch {
    return undefined
  }
}
