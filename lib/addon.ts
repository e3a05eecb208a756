import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { messageOf } from './errors.ts'
import type { NativeHost } from './host/native.ts'
import { packageRoot } from './own-package.ts'

/**
 * The native part: thin, without defaults or checks. Errors are errnos of the running platform; 0 is
 * success. On other platforms than Linux, `supported` is false and everything returns ENOSYS, except
 * `lockFile` on other Unixes. addon/native.h documents each function.
 */
export interface Addon {
  readonly supported: boolean
  /** node:worker_threads knows it as well, but loading that module adds 8 ms to every start. */
  isMainThread(): boolean
  /** `program`: struct sock_filter[]; `thread`: the one that TSYNC could not synchronise, or 0. */
  install(program: Uint8Array, flags: number): { readonly errno: number; readonly thread: number }
  probeFlags(flags: number): number
  actionAvailable(action: number): number
  /** prctl(2) with an operation that has no arguments: 0 or its errno. */
  control(operation: number): number
  /** `names`: lines of `<number> <name>\n` for the running architecture. */
  reportTraps(names: Uint8Array): number
  /** See addon/seccomp/denial.h; ENOTSUP if the registers of this architecture are unknown. */
  noteDenials(urgent: readonly number[]): number
  /** All denied calls; with `samples`, takes the new sample of each. */
  takeDenials(samples: boolean): readonly NativeDenied[]
  /** Changes with every denial on the main thread; modulo 1024, it is the number of the last one. */
  lastOwnDenial(): number
  /** `argv`: each argument ends in NUL. Returns only if it failed. */
  restart(path: string, argv: Uint8Array, program: Uint8Array, keep: readonly number[]): number
  lockFile(descriptor: number): number
  /** From then on, programs that the calling thread starts have an empty session keyring, keyrings(7). */
  leaveSessionKeyring(): number
  /** Returns a descriptor, or an errno as a negative number. */
  connectDatagram(address: string): number
  /** See addon/record/record.h; only on Linux. */
  readonly recorder?: Recorder
  /** See addon/audit/audit.h; only on Linux. */
  readonly audit?: AuditSocket
  /** Only on Linux, where Node's zlib can be called. */
  readonly checksum?: NativeChecksum
  /** See addon/host/; only on Linux. */
  readonly host?: NativeHost
  /** See addon/process/signals.cc; only on Linux. */
  readonly signals?: NativeSignals
  /** See addon/sandbox/confine.h; only on Linux. */
  readonly sandbox?: NativeSandbox
}

/** CRC-32 of buffers put together, on a thread of the pool. They must not change before `done` is called. */
export type NativeChecksum = (chunks: readonly Uint8Array[], done: (crc: number) => void) => void

/** Signals that nobody in the process can take away. Once in a process, on the main thread. */
export interface NativeSignals {
  /**
   * Tells of each of these signals. The second one of `ending` ends the process, with 128 + its number, `graceMs`
   * later: whatever the event loop does meanwhile. Returns 0; an errno if nothing is told; a negative one if all
   * is told, but the second signal has to wait for the event loop.
   */
  watch(
    signals: readonly number[],
    ending: readonly number[],
    graceMs: number,
    tell: (signal: number) => void,
  ): number
  /** From now on no number of signals ends the process. */
  release(): void
}

/** Landlock and capabilities, landlock(7) and capabilities(7). Negative answers are errnos. */
export interface NativeSandbox {
  /** `flags`: LANDLOCK_CREATE_RULESET_VERSION (1) or _ERRATA (2). */
  askLandlock(flags: number): number
  /** Rights that the domain decides about, as bits. Returns a descriptor. */
  createRuleset(files: number, network: number, scoped: number): number
  /** 0 or an errno. */
  allowPath(ruleset: number, path: string, rights: number): number
  /** 0 or an errno. */
  allowPort(ruleset: number, port: number, rights: number): number
  /**
   * Confines every thread.
   *
   * @param ruleset the domain, or -1
   * @param keep the capabilities that stay, as bits; undefined: all
   * @param keepOnSetuid does only that: capabilities survive the next change of the user
   * @param timeoutMs the longest that all threads together may take
   */
  confine(
    ruleset: number,
    keep: bigint | undefined,
    keepOnSetuid: boolean,
    timeoutMs: number,
  ): NativeSwept
  /** PR_SET_DUMPABLE 0, checked: 0 or an errno. */
  makeUndumpable(): number
  /** Loads a library by its name (`libnss_dns.so.2`), for good. Whether it is there now. */
  keepLibrary(name: string): boolean
  /** Whether the path's file system is mounted with noexec: 1 or 0. */
  isNoExec(path: string): number
}

export interface NativeSwept {
  /** What ended the sweep itself: 0 or an errno. */
  readonly errno: number
  /** The caller's is the first. */
  readonly answers: readonly NativeAnswer[]
  /** Threads that have not answered in time. */
  readonly silent: readonly number[]
  /** Whether each thread in the domain has proven it. */
  readonly proven: boolean
}

export interface NativeAnswer {
  readonly tid: number
  /** `Step` of addon/sandbox/confine.h: what has failed. */
  readonly step: number
  readonly errno: number
  /** The thread had inherited everything. */
  readonly already: boolean
}

/** The multicast group of the kernel's audit records. */
export interface AuditSocket {
  /** `bufferBytes`: size of the receive buffer. Returns a descriptor, or an errno as a negative number. */
  open(bufferBytes: number): number
  /** The same for a socket among `count` inherited descriptors from `first` on. -ENOENT: there is none. */
  adopt(first: number, count: number, bufferBytes: number): number
  /** Never waits. `types`: of `AUDIT_*` in linux/audit.h; `maxRecords`: records read, of any type. */
  read(descriptor: number, types: Uint16Array, maxRecords: number): AuditReading
  readonly ReadableWatch: new (descriptor: number, callback: () => void) => ReadableWatch
}

export interface AuditReading {
  /** The texts, without headers. */
  readonly records: readonly string[]
  /** The type of each record. */
  readonly types: ArrayLike<number>
  /** Records of any type dropped since the socket was opened, modulo 2³²; -1 if unknown. */
  readonly lost: number
  /** Buffer overruns during this reading, each with at least one record lost. */
  readonly overruns: number
  /** Whether nothing was left to read. */
  readonly drained: boolean
  /** 0, or the error that makes further reading impossible. */
  readonly errno: number
}

/** Each `start` leads to one call of the callback, unless `stop` or `close` comes first. */
export interface ReadableWatch {
  start(): void
  stop(): void
  close(): void
}

/** A system call that was denied. */
interface NativeDenied {
  readonly number: number
  /** The name given to `reportTraps`, or else the number. */
  readonly name: string
  /** The number of denials since the start. */
  readonly total: number
  /** One denial since the samples were last taken, if there was any. */
  readonly sample?: {
    readonly errno: number
    readonly thread: number
    readonly arguments: readonly bigint[]
  }
}

export interface Recorder {
  /** Opens a pair of sockets: `ours` is for `Recording`, `theirs` for the process that calls `start`. */
  openChannel(): { readonly errno: number; readonly ours: number; readonly theirs: number }
  /** Like `restart`, and sends the filter's listener over `channel`. Returns only if it failed. */
  start(channel: number, path: string, argv: Uint8Array, program: Uint8Array): number
  readonly Recording: new (
    channel: number,
    /** By call number, the arguments to note: bit n for argument n. */
    noted: Uint8Array,
    /** The system call that begins phase n if its first argument is `base + n`. */
    mark: number,
    base: number,
    /** The `AUDIT_ARCH_*` of the recorded process. */
    arch: number,
  ) => NativeRecording
}

export interface NativeRecording {
  /** 0, or the error that made the recording fail. */
  readonly errno: number
  readonly phase: number
  /** Ten words per kind of call: phase, architecture, number, six arguments, count. */
  counts(): BigUint64Array
}

/** The addon, or the problem, worded for the person who installed this package. */
export type LoadedAddon = { readonly addon: Addon } | { readonly problem: string }

const FUNCTIONS: readonly (keyof Addon)[] = [
  'isMainThread',
  'install',
  'probeFlags',
  'actionAvailable',
  'control',
  'reportTraps',
  'noteDenials',
  'takeDenials',
  'lastOwnDenial',
  'restart',
  'lockFile',
  'leaveSessionKeyring',
  'connectDatagram',
]

const REBUILD = 'build it with "npm rebuild sealbeat" (in a checkout: "make build")'

/**
 * Loads the addon: the one that node-gyp built here, or else the one that the package contains for this
 * platform. Node's module cache makes further calls cheap.
 */
export function loadAddon(file: string = ownAddon()): LoadedAddon {
  const require = createRequire(import.meta.url)
  try {
    const loaded: unknown = require(file)
    return isAddon(loaded)
      ? { addon: loaded }
      : { problem: `the native addon ${file} is from another version: ${REBUILD}` }
  } catch (thrown) {
    return { problem: `the native addon ${troubleOf(file, messageOf(thrown))}: ${REBUILD}` }
  }
}

function troubleOf(file: string, reason: string): string {
  if (!existsSync(file)) return `${file} does not exist`
  // The loader's message for a file for another machine, which it skips.
  const isPassedOver = reason.startsWith(`${file}: cannot open shared object file`)
  if (!isPassedOver) return `can't be loaded: ${reason}`
  return `${file} is for another architecture, this is ${process.arch}`
}

/** The file of the loaded addon, or the problem if none can be loaded. */
export function loadedAddonFile(): { readonly file: string } | { readonly problem: string } {
  const file = ownAddon()
  const loaded = loadAddon(file)
  return 'problem' in loaded ? loaded : { file }
}

/** The path of a target that node-gyp has built. */
export function addonFile(target: string): string {
  return inPackage(`build/Release/${target}.node`)
}

/** The path of the packaged addon for the running platform, relative to the package's folder. */
export function prebuiltName(): string {
  return `prebuilds/${process.platform}-${process.arch}/sealbeat.node`
}

function ownAddon(): string {
  const [built, prebuilt] = [addonFile('sealbeat'), inPackage(prebuiltName())]
  return !existsSync(built) && existsSync(prebuilt) ? prebuilt : built
}

function inPackage(path: string): string {
  return fileURLToPath(new URL(path, packageRoot()))
}

function isAddon(loaded: unknown): loaded is Addon {
  if (typeof loaded !== 'object' || loaded === null) return false
  const exported = new Map(Object.entries(loaded))
  return FUNCTIONS.every(name => typeof exported.get(name) === 'function')
}
