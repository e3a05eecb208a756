/** Parses /proc/filesystems (proc_filesystems(5)): the types that no block device stands behind. */
export function parseNodevTypes(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/^nodev\s+(\S+)$/gm), ([, type = '']) => type))
}
