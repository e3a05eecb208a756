import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { messageOf } from './errors.ts'
import { packageRoot } from './own-package.ts'

/**
 * The native part: thin, without defaults or checks. Errnos are the running platform's; 0 is
 * success. Where it is not Linux, `supported` is false and everything answers ENOSYS, `lockFile`
 * on other Unixes aside. addon/native.h says what each function does.
 */
export interface Addon {
  readonly supported: boolean
  /** What node:worker_threads knows as well; loading that takes 8 ms of every start. */
  isMainThread(): boolean
  /** `program`: struct sock_filter[]; `thread`: which one TSYNC could not take along, or 0. */
  install(program: Uint8Array, flags: number): { readonly errno: number; readonly thread: number }
  probeFlags(flags: number): number
  actionAvailable(action: number): number
  /** `names`: lines of `<number> <name>\n` for the running architecture. */
  reportTraps(names: Uint8Array): number
  /** addon/seccomp/denial.h; ENOTSUP where this architecture's registers are not known. */
  noteDenials(urgent: readonly number[]): number
  /** All that were denied; with `samples`, what is new of each, once. */
  takeDenials(samples: boolean): readonly NativeDenied[]
  /** addon/seccomp/denial.h: changes with every denial on the main thread; modulo 1024 the last one's number. */
  lastOwnDenial(): number
  /** `argv`: each argument ended by NUL. Returns only when it failed. */
  restart(path: string, argv: Uint8Array, program: Uint8Array, keep: readonly number[]): number
  lockFile(descriptor: number): number
  /** A descriptor, or an errno as a negative number. */
  connectDatagram(address: string): number
  /** addon/record/record.h; on Linux only. */
  readonly recorder?: Recorder
  /** addon/audit/audit.h; on Linux only. */
  readonly audit?: AuditSocket
}

/** The multicast group of the kernel's audit records. */
export interface AuditSocket {
  /** `room`: bytes that the kernel may keep. A descriptor, or an errno as a negative number. */
  open(room: number): number
  /** Never waits. `type`: `AUDIT_*` of linux/audit.h; `most`: records that are looked at. */
  read(descriptor: number, type: number, most: number): AuditReading
  readonly ReadableWatch: new (descriptor: number, callback: () => void) => ReadableWatch
}

export interface AuditReading {
  /** Without their headers. */
  readonly records: readonly string[]
  /** Records of any type that found no room since the socket was opened, modulo 2³²; -1: not known. */
  readonly lost: number
  /** How often there was none in this reading, each time for at least one. */
  readonly overruns: number
  /** Nothing was left. */
  readonly drained: boolean
  /** 0, or why nothing can be read any more. */
  readonly errno: number
}

/** Each `start` is followed by one call of the callback, unless `stop` or `close` comes first. */
export interface ReadableWatch {
  start(): void
  stop(): void
  close(): void
}

/** A system call that was denied. */
export interface NativeDenied {
  readonly number: number
  /** As `reportTraps` was told, else the number. */
  readonly name: string
  /** Since the start. */
  readonly total: number
  /** One of those since the last look, if there were any. */
  readonly sample?: {
    readonly errno: number
    readonly thread: number
    readonly arguments: readonly bigint[]
  }
}

export interface Recorder {
  /** A connected pair of sockets: one end for `Recording`, one for the process that calls `start`. */
  openChannel(): { readonly errno: number; readonly ours: number; readonly theirs: number }
  /** As `restart`, with the program's listener going out over `channel`. Returns only when it failed. */
  start(channel: number, path: string, argv: Uint8Array, program: Uint8Array): number
  readonly Recording: new (
    channel: number,
    /** By number, which arguments are noted: bit n for argument n. */
    noted: Uint8Array,
    /** The system call of which `base + n` as the first argument begins phase n. */
    mark: number,
    base: number,
    /** `AUDIT_ARCH_*` of what is recorded. */
    arch: number,
  ) => NativeRecording
}

export interface NativeRecording {
  /** 0, or why the recording has failed. */
  readonly errno: number
  readonly phase: number
  /** Ten words for each kind of call: phase, architecture, number, six arguments, count. */
  counts(): BigUint64Array
}

/** The addon, or why there is none, in words for whoever installed this package. */
export type LoadedAddon = { readonly addon: Addon } | { readonly problem: string }

const FUNCTIONS: readonly (keyof Addon)[] = [
  'isMainThread',
  'install',
  'probeFlags',
  'actionAvailable',
  'reportTraps',
  'noteDenials',
  'takeDenials',
  'lastOwnDenial',
  'restart',
  'lockFile',
  'connectDatagram',
]

const REBUILD = 'build it with "npm rebuild sealbeat" (in a checkout: "make build")'

/**
 * Loads the addon on first use, what node-gyp has built here or else what came with the package for
 * this platform; Node's module cache makes it the only time.
 */
export function loadAddon(file: string = ownAddon()): LoadedAddon {
  const require = createRequire(import.meta.url)
  try {
    const loaded: unknown = require(file)
    return isAddon(loaded)
      ? { addon: loaded }
      : { problem: `the native addon ${file} is of another version: ${REBUILD}` }
  } catch (thrown) {
    return { problem: `the native addon ${troubleOf(file, messageOf(thrown))}: ${REBUILD}` }
  }
}

function troubleOf(file: string, reason: string): string {
  if (!existsSync(file)) return `${file} does not exist`
  // As the loader has it of a file for another machine, which it passes over.
  const isPassedOver = reason.startsWith(`${file}: cannot open shared object file`)
  if (!isPassedOver) return `can't be loaded: ${reason}`
  return `${file} is for another architecture than this, ${process.arch}`
}

/** The file of the addon that is loaded here, or why none is. */
export function loadedAddonFile(): { readonly file: string } | { readonly problem: string } {
  const file = ownAddon()
  const loaded = loadAddon(file)
  return 'problem' in loaded ? loaded : { file }
}

/** Where node-gyp puts a target. */
export function addonFile(target: string): string {
  return inPackage(`build/Release/${target}.node`)
}

/** Where a package has the addon for the platform that runs, from the package's folder. */
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
