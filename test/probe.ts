import { createRequire } from 'node:module'
import { addonFile } from '../lib/addon.ts'

/** An argument of a system call. An array of bytes is passed as its address. */
export type Word = number | bigint | Uint8Array | BigUint64Array

export interface CallResult {
  /** The return value; -1 with an `errno`. */
  readonly value: number
  /** 0 on success. */
  readonly errno: number
}

/** A plain pthread that Node doesn't know about. It never ends by itself. */
export interface ProbeThread {
  readonly id: number
  /** Makes a system call on the thread. Returns undefined if the call does not return within 1 s. */
  call(number: number, ...args: readonly Word[]): CallResult | undefined
}

/** Threads that come as fast as they can. */
interface Breeder {
  /** How many there have been. */
  readonly born: number
  /** Ends it; each thread that is there tries to open the file for writing. */
  stop(): { readonly refused: number; readonly opened: number }
}

/** addon/testing/probe.cc: makes any system call, on any thread. */
interface Probe {
  syscall(number: number, ...args: readonly Word[]): CallResult
  /** Through i386's int 0x80, with its numbers. ENOSYS if the machine is not amd64. */
  int80(number: number, ...args: readonly number[]): CallResult
  /** Copies a `struct sock_filter[]` and returns the address of its `struct sock_fprog`, for seccomp(2). */
  fprog(program: Uint8Array): bigint
  /** A thread that stays in vfork(2) for that long. Returns its id. */
  sleepInVfork(ms: number): number
  readonly Thread: new () => ProbeThread
  /** Up to `limit` threads that stay; with 0, one that starts the next one and ends, for ever. */
  readonly Breeder: new (
    file: string,
    limit: number,
  ) => Breeder
}

const require = createRequire(import.meta.url)

export const probe: Probe = require(addonFile('probe'))
