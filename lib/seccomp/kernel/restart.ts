import { readFileSync } from 'node:fs'
import { constants, endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../../addon.ts'
import { encode, NUMBER_OFFSET, type Program } from '../compiler/program.ts'
import { type Descriptor, inheritedDescriptors, openDescriptors } from './descriptors.ts'

/** Marks the second image. The value is the process id, which execve(2) keeps. */
const GUARD = 'SEALBEAT_RESTARTED'

/** The same on every architecture except MIPS; x32 sets its own bit (asm/unistd_x32.h). */
const IO_URING_SETUP = 425
const X32 = 0x40000000

// Copied from linux/seccomp.h, because this is the first code that an agent runs, and it runs twice: it
// imports as little as possible.
const SECCOMP_RET_ALLOW = 0x7fff0000
const SECCOMP_RET_ERRNO = 0x00050000

/**
 * Answers io_uring_setup with ENOSYS, as a kernel without io_uring does. The number is the same in every
 * ABI, so the architecture needs no check. Since only the number is loaded, the kernel caches the
 * allowance of all other calls (its bitmap of calls that are always allowed, Linux 5.11).
 */
const WITHOUT_IO_URING: Program = [
  { op: 'load', offset: NUMBER_OFFSET },
  { op: 'equal', k: IO_URING_SETUP, yes: 2, no: 0 },
  { op: 'equal', k: X32 + IO_URING_SETUP, yes: 1, no: 0 },
  { op: 'return', k: SECCOMP_RET_ALLOW },
  { op: 'return', k: SECCOMP_RET_ERRNO | constants.errno.ENOSYS },
]

/**
 * Whether this process has an io_uring open: no filter applies to requests submitted through one. False
 * if /proc can't be read; `verifySealed` then fails as well.
 */
export function hasIoUring(): boolean {
  return (openDescriptors() ?? []).some(isIoUring)
}

function isIoUring({ target }: Descriptor): boolean {
  return target === 'anon_inode:[io_uring]'
}

export type RestartOutcome =
  /** No io_uring was open in the first place. */
  | 'not-needed'
  /** This is the second image: no io_uring is open any more, and none can be opened. */
  | 'restarted'
  | RestartFailure

interface RestartFailure {
  /** The name of an errno, or NO_PROC, LOOP, ADDON_UNAVAILABLE, NOT_MAIN_THREAD. */
  readonly code: string
  readonly reason: string
}

/**
 * If Node has opened an io_uring (it does at start from version 22 on), executes the same program again
 * in the same process, behind a filter that refuses io_uring, and does not return. Arguments, environment,
 * working directory, inherited descriptors (stdio, systemd's sockets), capabilities and ids are kept.
 * Everything read or opened before is lost, so call this before anything else.
 *
 * `no_new_privs` does not remove file capabilities: the process already has them.
 *
 * @param options more options of Node for the second image
 */
export function restartWithoutIoUring(options: readonly string[] = []): RestartOutcome {
  if (process.platform !== 'linux') return 'not-needed'
  const open = openDescriptors()
  if (!open)
    return failure('NO_PROC', '/proc is not mounted, so an open io_uring could not be detected')
  const isSecond = process.env[GUARD] === String(process.pid)
  if (!open.some(isIoUring)) {
    delete process.env[GUARD]
    return isSecond ? 'restarted' : 'not-needed'
  }
  // The guard stays set, so that a second call gives the same answer.
  if (isSecond) return failure('LOOP', 'an io_uring is open in spite of the filter that refuses it')
  return restart(inheritedDescriptors(open), options)
}

function restart(keep: readonly number[], options: readonly string[]): RestartFailure {
  const loaded = loadAddon()
  if ('problem' in loaded) return failure('ADDON_UNAVAILABLE', loaded.problem)
  if (!loaded.addon.isMainThread()) {
    return failure('NOT_MAIN_THREAD', 'only the main thread can start the process again')
  }
  const environment = { [GUARD]: String(process.pid), ...channelEnvironment() }
  const program = encode(WITHOUT_IO_URING, endianness() === 'LE' ? 'little' : 'big')
  Object.assign(process.env, environment)
  const errno = loaded.addon.restart(process.execPath, commandLine(options), program, keep)
  for (const name of Object.keys(environment)) delete process.env[name]
  const code = getSystemErrorName(-errno)
  return failure(code, `${process.execPath} could not be started again without io_uring: ${code}`)
}

function failure(code: string, reason: string): RestartFailure {
  return { code, reason }
}

/** argv of the second image. */
function commandLine(options: readonly string[]): Uint8Array {
  const bytes = readFileSync('/proc/self/cmdline')
  const given = isIntact(bytes) ? bytes : inWords(wordsOfNode())
  const first = given.indexOf(0) + 1
  return Buffer.concat([given.subarray(0, first), inWords(options), given.subarray(first)])
}

/**
 * Whether the kernel's copy is what the process was started with, which it is byte for byte: Node resolves and
 * rearranges process.argv. `--title` and process.title overwrite it, perhaps with the same first word.
 */
function isIntact(bytes: Buffer): boolean {
  const words = bytes.toString().split('\0').slice(0, -1)
  const [own, args] = [wordsOfNode(), process.argv.slice(2)]
  return (
    words.length === own.length &&
    words[0] === process.argv0 &&
    args.every((word, at) => word === words[words.length - args.length + at])
  )
}

function wordsOfNode(): readonly string[] {
  return [process.argv0, ...process.execArgv, ...process.argv.slice(1)]
}

function inWords(words: readonly string[]): Buffer {
  return Buffer.from(words.map(word => `${word}\0`).join(''))
}

/** The variables that Node removes from the environment of a process with an IPC channel. */
function channelEnvironment(): Readonly<Record<string, string>> {
  if (!process.channel) return {}
  const initial = readFileSync('/proc/self/environ', 'utf8').split('\0')
  const taken = initial.filter(variable => variable.startsWith('NODE_CHANNEL_'))
  return Object.fromEntries(taken.map(variable => variable.split('=', 2)))
}
