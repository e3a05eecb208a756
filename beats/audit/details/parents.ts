import { readFileSync, statSync } from 'node:fs'
import { uptime } from 'node:os'

/** The inode of the initial PID namespace: PROC_PID_INIT_INO of linux/proc_ns.h. */
const INITIAL_PID_NAMESPACE = 0xeffffffc

/** Whether this process sees the same process ids as the kernel's records. */
export function seesEveryProcess(inode = () => statSync('/proc/self/ns/pid').ino): boolean {
  try {
    return inode() === INITIAL_PID_NAMESPACE
  } catch {
    return false
  }
}

/** USER_HZ: clock ticks per second in /proc, the same on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100
/** How far the start time of a process and the time of its record may be off. */
const TOLERANCE_MS = 1_000

/**
 * Returns the parent of the process in a record, if that process still runs. Its id may have been given to
 * another process since; that one then started after the record was written.
 *
 * @param read returns the text of /proc/PID/stat, or undefined if it can't be read
 * @param bootedAtMs when the system was started, in milliseconds of the clock that the records have
 */
export function parentOf(
  { pid, time }: { readonly pid: number; readonly time: Date },
  read = readStat,
  bootedAtMs = Date.now() - uptime() * 1000,
): number | undefined {
  const stat = read(pid)
  // The name, in parentheses, may contain any character, including parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')')).split(' ')
  const parent = Number(fields?.[2])
  const startedAtMs = bootedAtMs + (Number(fields?.[20]) / TICKS_PER_SECOND) * 1000
  return parent > 0 && startedAtMs <= time.getTime() + TOLERANCE_MS ? parent : undefined
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // The process has ended.
    return
  }
}
