import { createRequire } from 'node:module'
import { addonFile } from '../lib/addon.ts'

/** An argument of a system call. An array of bytes is passed as its address. */
export type Word = number | bigint | Uint8Array

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

/** addon/testing/probe.cc: makes any system call, on any thread. */
interface Probe {
  syscall(number: number, ...args: readonly Word[]): CallResult
  /** Through i386's int 0x80, with its numbers. ENOSYS if the machine is not amd64. */
  int80(number: number, ...args: readonly number[]): CallResult
  /** Copies a `struct sock_filter[]` and returns the address of its `struct sock_fprog`, for seccomp(2). */
  fprog(program: Uint8Array): bigint
  readonly Thread: new () => ProbeThread
}

const require = createRequire(import.meta.url)

export const probe: Probe = require(addonFile('probe'))
