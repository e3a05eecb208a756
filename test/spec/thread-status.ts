import { textsOfThreads } from '../threads.ts'

/** What proc(5) says of a thread. */
export interface ThreadStatus {
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number
  /** How many filters; undefined before Linux 5.9. */
  readonly filters: number | undefined
  readonly noNewPrivs: number
  /** Its capabilities, as hexadecimal bits. */
  readonly permitted: string
  readonly uid: number
}

/** Every thread of a process; one that ends meanwhile is left out. */
export function threadStatuses(pid: number | 'self'): readonly ThreadStatus[] {
  return textsOfThreads(pid, 'status').map(statusOf)
}

/** Reads the text of a status file. */
export function statusOf(text: string): ThreadStatus {
  const field = (name: string) => new RegExp(`^${name}:\\t(\\d+)$`, 'm').exec(text)?.[1]
  const filters = field('Seccomp_filters')
  return {
    seccomp: Number(field('Seccomp')),
    filters: filters === undefined ? undefined : Number(filters),
    noNewPrivs: Number(field('NoNewPrivs')),
    permitted: /^CapPrm:\t([0-9a-f]+)$/m.exec(text)?.[1] ?? '',
    uid: Number(/^Uid:\t\d+\t(\d+)/m.exec(text)?.[1]),
  }
}
