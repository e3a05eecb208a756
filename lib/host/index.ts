import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../addon.ts'
import type { NativeAsking, NativeHost } from './native.ts'

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
      /** `8:1`; undefined if the kernel does not tell. */
      readonly deviceNumber: string | undefined
    }
  | { readonly problem: string }

export interface MountPlace {
  readonly path: string
  /** As /proc/self/mountinfo has it: there is no answer if the path leads to another mount. Undefined: any. */
  readonly mountId: number | undefined
}

const NUMBERS = 10

/** statfs(2) of each mount, all in one job. */
export function askFilesystems(places: readonly MountPlace[]): Asking<FilesystemAnswer> {
  const paths = nulEnded(places.map(({ path }) => path))
  const mounts = Float64Array.from(places, ({ mountId }) => mountId ?? -1)
  return begin(
    done => hostAddon().askFilesystems(paths, mounts, done),
    numbers =>
      places.slice(0, numbers.length / NUMBERS).map((_, at) => filesystemAnswer(numbers, at)),
  )
}

/** The beginning of each file, at most 4 KiB, or the name of the error: `ENOENT`. For files of /proc. */
export function readBeginnings(
  folder: string,
  names: readonly string[],
): Asking<{ readonly text: string } | { readonly problem: string }> {
  return begin(
    done => hostAddon().readBeginnings(folder, nulEnded(names), done),
    answers =>
      answers.map(each =>
        typeof each === 'string' ? { text: each } : { problem: getSystemErrorName(-each) },
      ),
  )
}

/** A process as /proc/PID/stat has it, proc_pid_stat(5). */
export interface ProcessAnswer {
  readonly pid: number
  /** A letter; empty if it is unknown. */
  readonly state: string
  readonly parentPid: number
  readonly groupId: number
  /** In user and in system mode. */
  readonly ticks: number
  readonly threads: number
  /** In ticks since boot. */
  readonly start: number
  readonly virtualBytes: number
  readonly residentPages: number
}

/** The processes of a /proc, whose files stay open in between up to a number: opening one takes longer than reading. */
export interface Processes {
  /** All of them, in one answer. Not again before it is there. */
  ask(): Asking<readonly ProcessAnswer[] | { readonly problem: string }>
  /** Closes the files. Not before the answer is there. */
  close(): void
}

/** @throws Error if there is no such folder */
export function openProcesses(folder: string, mostKept: number): Processes {
  const native = hostAddon().openProcesses(folder, mostKept)
  if (native.errno !== 0) throw new Error(`${folder}: ${getSystemErrorName(-native.errno)}`)
  return {
    ask: () => begin(done => native.ask(done), processesOf),
    close: () => native.forget(),
  }
}

function processesOf(
  answer: Float64Array | number | undefined,
): readonly (readonly ProcessAnswer[] | { readonly problem: string })[] {
  if (answer === undefined) return []
  if (typeof answer === 'number') return [{ problem: getSystemErrorName(-answer) }]
  return [processAnswers(answer)]
}

const PROCESS_NUMBERS = 10

function processAnswers(numbers: Float64Array): readonly ProcessAnswer[] {
  const processes: ProcessAnswer[] = []
  for (let place = 0; place < numbers.length; place += PROCESS_NUMBERS) {
    const number = (at: number): number => numbers[place + at] ?? 0
    processes.push({
      pid: number(0),
      state: number(1) === 0 ? '' : String.fromCharCode(number(1)),
      parentPid: number(2),
      groupId: number(3),
      ticks: number(4) + number(5),
      threads: number(6),
      start: number(7),
      virtualBytes: number(8),
      residentPages: number(9),
    })
  }
  return processes
}

/** Neither a path nor a name has a NUL in it. */
function nulEnded(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `${texts.join('\0')}\0`
}

function filesystemAnswer(numbers: Float64Array, place: number): FilesystemAnswer {
  const number = (at: number): number => numbers[place * NUMBERS + at] ?? 0
  if (number(0) !== 0) return { problem: getSystemErrorName(-number(0)) }
  if (number(1) !== 0) return { problem: 'another mount has its place' }
  return {
    blockBytes: number(2),
    blocks: number(3),
    free: number(4),
    available: number(5),
    files: number(6),
    freeFiles: number(7),
    deviceNumber: number(8) < 0 ? undefined : `${number(8)}:${number(9)}`,
  }
}

function hostAddon(): NativeHost {
  const loaded = loadAddon()
  if ('problem' in loaded) throw new Error(loaded.problem)
  const { host } = loaded.addon
  if (host === undefined) throw new Error(`nothing is known about a host on ${process.platform}`)
  return host
}

function begin<N, T>(
  ask: (done: () => void) => NativeAsking<N>,
  answersOf: (native: N) => readonly T[],
): Asking<T> {
  let end: () => void = () => undefined
  const done = new Promise<void>(resolve => {
    end = resolve
  })
  const native = ask(() => end())
  if (native.errno !== 0) throw new Error('no thread can be had to ask the kernel')
  return {
    done,
    reached: () => native.reached(),
    answers: () => answersOf(native.answers()),
    leave: () => native.leave(),
  }
}
