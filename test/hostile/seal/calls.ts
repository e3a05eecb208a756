// What the attacks are made of: system calls that throw as Node's functions do, and a few habits of attackers.
import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { runningTable } from '../../answering.ts'
import { probe, type Word } from '../../probe.ts'

const NUMBERS = await runningTable()

/** O_PATH of linux/fcntl.h, which Node has no name for. */
export const O_PATH = 0o10000000
export const AT_FDCWD = -100

/** A failure with the name of its errno in `code`. */
export function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** Makes a system call; strings are passed as C passes them. Throws an error with a `code`. */
export function call(name: string, ...args: readonly (Word | string)[]): number {
  const number = NUMBERS[name]
  if (number === undefined) throw refusal('ENOSYS')
  const words = args.map(arg => (typeof arg === 'string' ? Buffer.from(`${arg}\0`) : arg))
  const { value, errno } = probe.syscall(number, ...words)
  if (errno !== 0) throw refusal(getSystemErrorName(-errno))
  return value
}

/** Opens for writing, without a byte written. */
export function openForWriting(path: string): void {
  closeSync(openSync(path, constants.O_WRONLY | constants.O_NOCTTY))
}

/** Writes the bytes of a file over themselves. */
export function rewrite(path: string, from = path): void {
  const text = readFileSync(from)
  const descriptor = openSync(path, constants.O_WRONLY)
  try {
    writeSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a file that was not there, and removes it. */
export function plant(path: string): void {
  closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600))
  rmSync(path)
}

/** Runs `use` with a descriptor that is closed afterwards. */
export function using<T>(descriptor: number, use: (descriptor: number) => T): T {
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
