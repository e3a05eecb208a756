import type { ConfigSource } from './document.ts'
import { readSourceFile } from './source-file.ts'
import { type SourceFile, sourceFiles } from './source-files.ts'

/**
 * Whether the configuration might contain `seccomp.enabled: false`. It is not parsed: importing the YAML
 * parser takes half as long as the start of Node itself, and the process that restarts itself needs nothing
 * else from it. False is certain. True only means that the configuration must be parsed to know; a file that
 * can't be read is such a case.
 */
export function mayDisableFilter({ overrides, ...given }: Omit<ConfigSource, 'env'>): boolean {
  const files = sourceFiles({ folder: '.', ...given })
  return [...overrides, ...files.map(settingsOf)].some(mentionsFilter)
}

/** `${VAR}` is not expanded in keys, so only an escape in a quoted key could spell the words differently. */
function mentionsFilter(text: string): boolean {
  return text.includes('\\') || (text.includes('seccomp') && text.includes('enabled'))
}

/** The text without comment lines, because those of the reference configuration mention every setting. */
function settingsOf({ file, isFolder, problem }: SourceFile): string {
  if (isFolder && problem === undefined) return ''
  try {
    return readSourceFile({ file, folder: '.' }).replace(/^\s*#.*$/gm, '')
  } catch {
    return '\\'
  }
}
