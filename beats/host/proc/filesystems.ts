/** Parses /proc/filesystems (proc_filesystems(5)) and returns the types without a block device. */
export function parseNodevTypes(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/^nodev\s+(\S+)$/gm), ([, type = '']) => type))
}
