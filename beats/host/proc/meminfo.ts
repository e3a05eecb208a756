/** Bytes, by the names of proc_meminfo(5); lines without a unit (`HugePages_Total`) are left out. */
export type Meminfo = ReadonlyMap<string, number>

/** Parses /proc/meminfo, whose `kB` are 1024 bytes; throws where it doesn't say how much there is. */
export function parseMeminfo(text: string): Meminfo {
  const lines = text.matchAll(/^(\S+):\s+(\d+) kB$/gm)
  const meminfo = new Map(Array.from(lines, ([, name = '', kilo]) => [name, Number(kilo) * 1024]))
  if (!meminfo.has('MemTotal') || !meminfo.has('MemFree')) {
    throw new Error('has no MemTotal or no MemFree')
  }
  return meminfo
}
