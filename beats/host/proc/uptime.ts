/** Parses /proc/uptime (proc_uptime(5)) and returns the milliseconds since boot, including suspended time. */
export function parseUptime(text: string): number {
  const seconds = /^\d+(\.\d+)?/.exec(text)?.[0]
  if (seconds === undefined) throw new Error('does not start with a number of seconds')
  return Math.round(Number(seconds) * 1000)
}
