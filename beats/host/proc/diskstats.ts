/** The counters of one block device since boot. */
export interface DiskStats {
  readonly name: string
  readonly read: Transfer
  readonly write: Transfer
  /** Requests in flight now. */
  readonly inFlight: number
  /** Time with a request in flight. */
  readonly busyMs: number
}

interface Transfer {
  readonly count: number
  readonly bytes: number
  /** Milliseconds; named as in the event. */
  readonly time: number
}

/** The unit of the kernel, regardless of the device's own (Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512

/**
 * Parses /proc/diskstats: `major minor name` and 11 counters (15 since Linux 4.18, 17 since 5.5). A shorter
 * line (a partition under Linux 2.6.0 to 2.6.24) is skipped, as its columns have other meanings.
 */
export function parseDiskstats(text: string): readonly DiskStats[] {
  return text.split('\n').flatMap(line => {
    const [, , name, ...columns] = line.trim().split(/\s+/)
    return name === undefined || columns.length < 11 ? [] : [diskStats(name, columns.map(Number))]
  })
}

function diskStats(name: string, counters: readonly number[]): DiskStats {
  const [inFlight = 0, busyMs = 0] = counters.slice(8)
  return { name, read: transfer(counters), write: transfer(counters.slice(4)), inFlight, busyMs }
}

/** Parses four columns: `completed merged sectors milliseconds`. */
function transfer([count = 0, , sectors = 0, time = 0]: readonly number[]): Transfer {
  return { count, bytes: sectors * SECTOR_BYTES, time }
}
