import { getSystemErrorName } from 'node:util'
import { loadAddon, type NativeAsking, type NativeHost } from '../addon.ts'

/** Questions to the kernel, one after the other on a thread of their own: it may never answer one. */
export interface Asking<T> {
  /** Resolves at the end: when all are answered, or the one that was under way when it was left. */
  readonly done: Promise<void>
  /** How many are answered. */
  reached(): number
  /** The answers so far, in the order of the questions. */
  answers(): readonly T[]
  /** Asks nothing further. */
  leave(): void
}

/** What statfs(2) says, in bytes and inodes, or why it says nothing. */
export type FilesystemAnswer =
  | {
      readonly blockBytes: number
      readonly blocks: number
      readonly free: number
      /** To users, without the reserve of root. */
      readonly available: number
      readonly files: number
      readonly freeFiles: number
    }
  | { readonly problem: string }

export interface MountPlace {
  readonly path: string
  /** As /proc/self/mountinfo has it: there is no answer if the path leads to another mount. Undefined: any. */
  readonly mountId: number | undefined
}

const NUMBERS = 8

/** statfs(2) of each mount, all in one job. */
export function askFilesystems(places: readonly MountPlace[]): Asking<FilesystemAnswer> {
  const paths = places.map(({ path }) => path)
  const mounts = Float64Array.from(places, ({ mountId }) => mountId ?? -1)
  return begin(
    ({ askFilesystems }, done) => askFilesystems(paths, mounts, done),
    numbers =>
      Array.from({ length: numbers.length / NUMBERS }, (_, at) =>
        filesystemAnswer(numbers.subarray(at * NUMBERS, (at + 1) * NUMBERS)),
      ),
  )
}

/** The beginning of each file, at most 4 KiB, or the name of the error: `ENOENT`. For files of /proc. */
export function readBeginnings(
  folder: string,
  names: readonly string[],
): Asking<{ readonly text: string } | { readonly problem: string }> {
  return begin(
    ({ readBeginnings }, done) => readBeginnings(folder, names, done),
    answers =>
      answers.map(each =>
        typeof each === 'string' ? { text: each } : { problem: getSystemErrorName(-each) },
      ),
  )
}

function filesystemAnswer(numbers: Float64Array): FilesystemAnswer {
  const [errno = 0, isOther = 0, blockBytes = 0, blocks = 0, free = 0, available = 0, ...inodes] =
    numbers
  if (errno !== 0) return { problem: getSystemErrorName(-errno) }
  if (isOther !== 0) return { problem: 'another mount has its place' }
  const [files = 0, freeFiles = 0] = inodes
  return { blockBytes, blocks, free, available, files, freeFiles }
}

function begin<N, T>(
  ask: (host: NativeHost, done: () => void) => NativeAsking<N>,
  answersOf: (native: N) => readonly T[],
): Asking<T> {
  const loaded = loadAddon()
  if ('problem' in loaded) throw new Error(loaded.problem)
  const { host } = loaded.addon
  if (host === undefined) throw new Error(`nothing is known about a host on ${process.platform}`)
  let end: () => void = () => undefined
  const done = new Promise<void>(resolve => {
    end = resolve
  })
  const native = ask(host, () => end())
  if (native.errno !== 0) throw new Error('no thread can be had to ask the kernel')
  return {
    done,
    reached: () => native.reached(),
    answers: () => answersOf(native.answers()),
    leave: () => native.leave(),
  }
}
