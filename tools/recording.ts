import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The system calls of a run: the evidence that default policies are made from, whatever recorded it. On
 * disk it is NDJSON: the circumstances, then a line for each call, sorted by name.
 */
export interface Recording extends Circumstances {
  readonly calls: readonly RecordedCall[]
}

export interface Circumstances {
  /** The mechanism that saw the calls. */
  readonly recorder: string
  readonly architecture: string
  /** `20.20.2`. */
  readonly node: string
  /** `glibc 2.36`. */
  readonly libc: string
  readonly kernel: string
}

export interface RecordedCall {
  readonly name: string
  /** The number of calls by phase of the workload; `boot` is everything before the first phase. */
  readonly phases: Readonly<Record<string, number>>
  /** Each combination of the arguments in `NOTED_ARGUMENTS` that occurred, in hexadecimal. */
  readonly values: readonly string[]
}

/** The arguments that a policy may check. Pointers, sizes and descriptors carry no information. */
export const NOTED_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  arch_prctl: [0],
  clone: [0],
  fcntl: [1],
  futex: [1],
  getpriority: [0],
  ioctl: [1],
  kill: [1],
  madvise: [2],
  membarrier: [0, 1],
  memfd_create: [1],
  mmap: [2, 3],
  mprotect: [2],
  pkey_mprotect: [2],
  prctl: [0],
  prlimit64: [0, 2],
  setpriority: [0, 1],
  setsockopt: [1, 2],
  socket: [0, 1, 2],
  socketpair: [0, 1, 2],
  tgkill: [2],
}

export function formatRecording({ calls, ...circumstances }: Recording): string {
  const sorted = calls.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return [circumstances, ...sorted].map(line => `${JSON.stringify(line)}\n`).join('')
}

function parseRecording(text: string): Recording {
  const [first = '{}', ...lines] = text.trimEnd().split('\n')
  const calls = lines.map(line => JSON.parse(line) as RecordedCall)
  return { ...(JSON.parse(first) as Circumstances), calls }
}

/** All recordings of a folder, the oldest Node first. */
export async function readRecordings(folder: string): Promise<readonly Recording[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.ndjson')).sort()
  return await Promise.all(
    names.map(async name => parseRecording(await readFile(join(folder, name), 'utf8'))),
  )
}
