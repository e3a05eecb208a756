/** The states a CPU spends its time in, in the column order of /proc/stat (proc_stat(5)). */
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
export type CpuState = (typeof CPU_STATES)[number]

/**
 * Clock ticks since boot. Old kernels end the line early: what they don't count is missing. `guest`
 * and `guest_nice` are left out on purpose: the kernel has added them to `user` and `nice` already.
 */
export type CpuTimes = Readonly<Partial<Record<CpuState, number>>>

export interface Stat {
  /** Summed over all CPUs. */
  readonly times: CpuTimes
  /** CPUs online; an offline one has no line. */
  readonly cores: number
}

/** Parses /proc/stat; throws where it has no line of the whole machine. */
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
