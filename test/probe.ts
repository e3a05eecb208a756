import { createRequire } from 'node:module'
import { addonFile } from '../lib/addon.ts'

/** A system call's argument; an array of bytes is passed as its address. */
export type Word = number | bigint | Uint8Array

export interface CallResult {
  /** What the call returned; -1 with an `errno`. */
  readonly value: number
  /** 0 on success. */
  readonly errno: number
}

/** A plain pthread that Node knows nothing of. It never ends by itself. */
export interface ProbeThread {
  readonly id: number
  /** Makes a system call there; undefined where the thread does not come back from it within 1 s. */
  call(number: number, ...args: readonly Word[]): CallResult | undefined
}

/** addon/testing/probe.cc: any system call, on any thread. */
interface Probe {
  syscall(number: number, ...args: readonly Word[]): CallResult
  /** By i386's gate and its numbers; ENOSYS where the machine is not amd64. */
  int80(number: number, ...args: readonly number[]): CallResult
  /** Copies a `struct sock_filter[]`; the address of its `struct sock_fprog`, for seccomp(2). */
  fprog(program: Uint8Array): bigint
  readonly Thread: new () => ProbeThread
}

const require = createRequire(import.meta.url)

export const probe: Probe = require(addonFile('probe'))
