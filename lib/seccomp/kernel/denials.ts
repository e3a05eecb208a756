import { readFileSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../../addon.ts'

/** A system call that was denied under `diagnose: true`. */
export interface Denial {
  readonly number: number
  /** The number itself if the table of the running architecture has no name. */
  readonly name: string
  /** The number of denials since the start. */
  readonly total: number
  /** One denial since the last `takeDenials`, if there was any. */
  readonly sample?: DenialSample
}

export interface DenialSample {
  /** The error that the call failed with: `EPERM`. */
  readonly errno: string
  /** As the kernel received them; how many of the six are meaningful depends on the call. */
  readonly arguments: readonly bigint[]
  readonly thread: {
    readonly id: number
    /** The thread's name (`comm` of proc(5)), unless the thread has ended meanwhile. */
    readonly name: string | undefined
    readonly main: boolean
  }
}

/** All system calls denied since the start, each with a sample if there is a new one. */
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
 * Returns a function for a value that changes with every denial on the main thread; modulo 1024 it is
 * the number of the last denied call. Fetch the function once: looking for the addon makes file system
 * calls of its own.
 */
export function ownDenials(): () => number {
  const loaded = loadAddon()
  return 'problem' in loaded ? () => 0 : () => loaded.addon.lastOwnDenial()
}

/** The number of denials since the start, by system call. */
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
