/** The number of runnable and uninterruptible tasks, averaged over 1, 5 and 15 minutes. */
type LoadAverages = readonly [number, number, number]

/** Parses /proc/loadavg (proc_loadavg(5)): `0.99 0.31 0.16 5/100 6384`. */
export function parseLoadavg(text: string): LoadAverages {
  const match = /^([\d.]+) ([\d.]+) ([\d.]+)/.exec(text)
  if (match === null) throw new Error('does not start with three load averages')
  return [Number(match[1]), Number(match[2]), Number(match[3])]
}
