/** One block device since boot; milliseconds and bytes. */
export interface DiskStats {
  readonly name: string
  readonly read: Transfer
  readonly write: Transfer
  /** Requests in flight now. */
  readonly inFlight: number
  /** Milliseconds with a request in flight. */
  readonly busy: number
}

export interface Transfer {
  readonly count: number
  readonly bytes: number
  readonly time: number
}

/** Whatever the device's own sectors are (Documentation/admin-guide/iostats.rst). */
const SECTOR = 512

/**
 * Parses /proc/diskstats: `major minor name` and 11 counters, since Linux 4.18 15, since 5.5 17. A
 * shorter line (a partition under Linux 2.6.0 to 2.6.24) is skipped: its columns mean other things.
 */
export function parseDiskstats(text: string): readonly DiskStats[] {
  return text.split('\n').flatMap(line => {
    const [, , name, ...columns] = line.trim().split(/\s+/)
    return name === undefined || columns.length < 11 ? [] : [diskStats(name, columns.map(Number))]
  })
}

function diskStats(name: string, counters: readonly number[]): DiskStats {
  const [inFlight = 0, busy = 0] = counters.slice(8)
  return { name, read: transfer(counters), write: transfer(counters.slice(4)), inFlight, busy }
}

/** `completed merged sectors milliseconds`. */
function transfer([count = 0, , sectors = 0, time = 0]: readonly number[]): Transfer {
  return { count, bytes: sectors * SECTOR, time }
}
