/** Bytes by the names of proc_meminfo(5). Lines without a unit (`HugePages_Total`) are left out. */
export type Meminfo = ReadonlyMap<string, number>

/**
 * Parses /proc/meminfo, where a `kB` is 1024 bytes.
 *
 * @throws Error if it lacks MemTotal or MemFree
 */
export function parseMeminfo(text: string): Meminfo {
  const lines = text.matchAll(/^(\S+):\s+(\d+) kB$/gm)
  const meminfo = new Map(
    Array.from(lines, ([, name = '', kibibytes]) => [name, Number(kibibytes) * 1024]),
  )
  if (!meminfo.has('MemTotal') || !meminfo.has('MemFree')) {
    throw new Error('has no MemTotal or no MemFree')
  }
  return meminfo
}
