import { readFileSync, statSync } from 'node:fs'
import { uptime } from 'node:os'
import type { SeccompRecord } from './record.ts'

/** The inode of the first PID namespace: PROC_PID_INIT_INO of linux/proc_ns.h. */
const FIRST = 0xeffffffc

/** Whether the numbers of processes in the kernel's records are those that this process sees. */
export function seesEveryProcess(): boolean {
  try {
    return statSync('/proc/self/ns/pid').ino === FIRST
  } catch {
    return false
  }
}

/** Clock ticks a second in /proc: USER_HZ, on every architecture that Node runs on. */
const TICKS = 100
/** Milliseconds by which the time of the start and that of the record may be wrong. */
const TOLERANCE = 1_000

/**
 * The parent of the process that a record is of, if that still runs: a number may have been given to
 * another process since, which has then started later than the record was written.
 *
 * @param read gives the text of /proc/PID/stat, undefined where there is none to be seen
 */
export function parentOf(
  { pid, time }: Pick<SeccompRecord, 'pid' | 'time'>,
  read = readStat,
): number | undefined {
  const stat = read(pid)
  // The name, in parentheses, may hold any character, these too.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const parent = Number(fields?.[1])
  const started = Date.now() - uptime() * 1000 + (Number(fields?.[19]) / TICKS) * 1000
  return parent > 0 && started <= time.getTime() + TOLERANCE ? parent : undefined
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
}
