/** The states that a CPU spends its time in, in the column order of /proc/stat (proc_stat(5)). */
export const CPU_STATES = [
  'user',
  'nice',
  'system',
  'idle',
  'iowait',
  'irq',
  'softirq',
  'steal',
] as const
type CpuState = (typeof CPU_STATES)[number]

/**
 * Clock ticks since boot. Old kernels end the line early, so the states that they don't count are missing.
 * `guest` and `guest_nice` are left out on purpose: the kernel has already added them to `user` and `nice`.
 */
export type CpuTimes = Readonly<Partial<Record<CpuState, number>>>

export interface Stat {
  /** Summed over all CPUs. */
  readonly times: CpuTimes
  /** The number of CPUs online. An offline CPU has no line. */
  readonly cores: number
}

/**
 * Parses /proc/stat.
 *
 * @throws Error if it has no line for the whole machine
 */
export function parseStat(text: string): Stat {
  const total = /^cpu +(.*)$/m.exec(text)?.[1]
  if (total === undefined) throw new Error('has no "cpu" line')
  const cores = text.match(/^cpu\d+ /gm)?.length ?? 0
  return { times: cpuTimes(total), cores: Math.max(1, cores) }
}

function cpuTimes(columns: string): CpuTimes {
  const values = columns.trim().split(/\s+/).map(Number)
  return Object.fromEntries(
    CPU_STATES.flatMap((state, at) => (at in values ? [[state, values[at]]] : [])),
  )
}
