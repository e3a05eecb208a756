import { readFileSync } from 'node:fs'
import { constants, endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../../addon.ts'
import { encode, NUMBER_OFFSET, type Program } from '../compiler/program.ts'
import { type Descriptor, inheritedDescriptors, openDescriptors } from './descriptors.ts'

/** Tells the new image that it is one: the process id, which execve(2) keeps. */
const GUARD = 'SEALBEAT_RESTARTED'

/** The same on every architecture but MIPS; x32 adds its own bit (asm/unistd_x32.h). */
const IO_URING_SETUP = 425
const X32 = 0x40000000

// linux/seccomp.h. Written out because this is the first thing that an agent runs, twice: it imports
// next to nothing.
const SECCOMP_RET_ALLOW = 0x7fff0000
const SECCOMP_RET_ERRNO = 0x00050000

/**
 * Answers ENOSYS to io_uring_setup, as a kernel without it does, under every ABI: the number means the
 * same in all of them, so that there is no architecture to check. Only the number is loaded, so the
 * kernel decides all others once and for all (its bitmap of calls that are always allowed, 5.11).
 */
const WITHOUT_IO_URING: Program = [
  { op: 'load', offset: NUMBER_OFFSET },
  { op: 'equal', k: IO_URING_SETUP, yes: 2, no: 0 },
  { op: 'equal', k: X32 + IO_URING_SETUP, yes: 1, no: 0 },
  { op: 'return', k: SECCOMP_RET_ALLOW },
  { op: 'return', k: SECCOMP_RET_ERRNO | constants.errno.ENOSYS },
]

/**
 * Whether this process holds an io_uring: what goes through one passes by every filter. False where
 * /proc can't be read; then `verifySealed` sees nothing either.
 */
export function hasIoUring(): boolean {
  return (openDescriptors() ?? []).some(isIoUring)
}

function isIoUring({ target }: Descriptor): boolean {
  return target === 'anon_inode:[io_uring]'
}

export type RestartOutcome =
  /** No io_uring is open, and none was. */
  | 'not-needed'
  /** This is the second image: no io_uring is open any more, and none can be opened. */
  | 'restarted'
  | RestartFailure

export interface RestartFailure {
  /** The name of an errno, or one of ours. */
  readonly code: string
  readonly reason: string
}

/**
 * Where Node has opened an io_uring (from version 22 on, at start), starts the same program again in
 * the same process behind a filter that leaves it none, and does not return. Arguments, environment,
 * working directory, inherited descriptors (stdio, systemd's sockets), capabilities and ids stay;
 * what has been read or opened before is lost: call this first of all.
 *
 * `no_new_privs` does not take away capabilities that the file gives: the process holds them already.
 */
export function restartWithoutIoUring(): RestartOutcome {
  if (process.platform !== 'linux') return 'not-needed'
  const open = openDescriptors()
  if (!open) return failure('NO_PROC', '/proc is not mounted, so that an io_uring would go unseen')
  const isSecond = process.env[GUARD] === String(process.pid)
  if (!open.some(isIoUring)) {
    delete process.env[GUARD]
    return isSecond ? 'restarted' : 'not-needed'
  }
  // The guard stays: whoever asks again is told again.
  if (isSecond) return failure('LOOP', 'an io_uring is open even behind the filter that forbids it')
  return restart(inheritedDescriptors(open))
}

function restart(keep: readonly number[]): RestartFailure {
  const loaded = loadAddon()
  if ('problem' in loaded) return failure('ADDON_UNAVAILABLE', loaded.problem)
  if (!loaded.addon.isMainThread()) {
    return failure('NOT_MAIN_THREAD', 'only the main thread can start the process again')
  }
  const environment = { [GUARD]: String(process.pid), ...channelEnvironment() }
  const program = encode(WITHOUT_IO_URING, endianness() === 'LE' ? 'little' : 'big')
  Object.assign(process.env, environment)
  const errno = loaded.addon.restart(process.execPath, commandLine(), program, keep)
  for (const name of Object.keys(environment)) delete process.env[name]
  const code = getSystemErrorName(-errno)
  return failure(code, `${process.execPath} could not be started again without io_uring: ${code}`)
}

function failure(code: string, reason: string): RestartFailure {
  return { code, reason }
}

/** argv as the kernel keeps it, byte for byte: Node has resolved and rearranged process.argv. */
function commandLine(): Uint8Array {
  const bytes = readFileSync('/proc/self/cmdline')
  if (bytes.subarray(0, bytes.indexOf(0)).equals(Buffer.from(process.argv0))) return bytes
  // `--title` and process.title write over it.
  const words = [process.argv0, ...process.execArgv, ...process.argv.slice(1)]
  return Buffer.from(words.map(word => `${word}\0`).join(''))
}

/** What Node has taken out of the environment of a process with an IPC channel to its parent. */
function channelEnvironment(): Readonly<Record<string, string>> {
  if (!process.channel) return {}
  const initial = readFileSync('/proc/self/environ', 'utf8').split('\0')
  const taken = initial.filter(variable => variable.startsWith('NODE_CHANNEL_'))
  return Object.fromEntries(taken.map(variable => variable.split('=', 2)))
}
