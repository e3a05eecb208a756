/** The counters of one network interface since it appeared. */
export interface InterfaceStats {
  readonly name: string
  readonly in: Traffic
  readonly out: Traffic
}

interface Traffic {
  readonly bytes: number
  readonly packets: number
  readonly errors: number
  readonly dropped: number
}

/**
 * Parses /proc/PID/net/dev (proc_pid_net(5)): eight columns received, then eight sent. The name ends at the
 * colon, which old kernels do not follow with a space. The two header lines have no colon.
 */
export function parseNetDev(text: string): readonly InterfaceStats[] {
  return Array.from(text.matchAll(/^\s*(\S+):\s*(\d[\d \t]*)$/gm)).flatMap(
    ([, name = '', rest = '']) => {
      const columns = rest.trim().split(/\s+/).map(Number)
      return columns.length < 16
        ? []
        : [{ name, in: traffic(columns), out: traffic(columns.slice(8)) }]
    },
  )
}

function traffic([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): Traffic {
  return { bytes, packets, errors, dropped }
}
