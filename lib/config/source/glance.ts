import type { ConfigSource } from './document.ts'
import { readSourceFile } from './source-file.ts'

/**
 * Whether the configuration might say `seccomp.enabled: false`, without parsing it: importing the YAML
 * parser costs as much as half of Node's own start, and the start before the re-start needs no more
 * than this. False is certain. True only means that it takes a reading to know, as for a file that
 * can't be read.
 */
export function mayDisableFilter({ files, overrides }: Omit<ConfigSource, 'env'>): boolean {
  return [...overrides, ...files.map(settingsOf)].some(mentionsFilter)
}

/** Keys take no `${VAR}`, so only an escape in a quoted one could spell the words otherwise. */
function mentionsFilter(text: string): boolean {
  return text.includes('\\') || (text.includes('seccomp') && text.includes('enabled'))
}

/** Without comment lines, which in the reference configuration mention everything. */
function settingsOf(file: string): string {
  try {
    return readSourceFile(file).replace(/^\s*#.*$/gm, '')
  } catch {
    return '\\'
  }
}
