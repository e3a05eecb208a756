import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The system calls of a run, by any recorder: the evidence for the default policies. On disk it is
 * NDJSON: a header, then a line for each call, sorted by name.
 */
export interface Recording extends RecordingHeader {
  readonly calls: readonly RecordedCall[]
}

export interface RecordingHeader {
  /** The mechanism that recorded the calls. */
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
  /** Number of calls by phase of the workload; `boot` is the time before the first phase. */
  readonly phases: Readonly<Record<string, number>>
  /** Each combination of the arguments in `NOTED_ARGUMENTS` that was seen, in hexadecimal. */
  readonly values: readonly string[]
}

/** The arguments that a policy may test. The values of pointers, sizes and descriptors say nothing. */
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

export function formatRecording({ calls, ...header }: Recording): string {
  const sorted = calls.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return [header, ...sorted].map(line => `${JSON.stringify(line)}\n`).join('')
}

function parseRecording(text: string): Recording {
  const [first = '{}', ...lines] = text.trimEnd().split('\n')
  const calls = lines.map(line => JSON.parse(line) as RecordedCall)
  return { ...(JSON.parse(first) as RecordingHeader), calls }
}

/** All recordings of a folder, the oldest Node first. */
export async function readRecordings(folder: string): Promise<readonly Recording[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.ndjson')).sort()
  return await Promise.all(
    names.map(async name => parseRecording(await readFile(join(folder, name), 'utf8'))),
  )
}
