import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ConfigDocument,
  type ConfigSource,
  readDocument,
} from '../../lib/config/source/document.ts'
import { AgentError } from '../../lib/errors.ts'

/** Writes these files into a folder, and returns the result of `use` for their paths. */
export function withFiles<T>(
  contents: readonly (string | Uint8Array)[],
  use: (files: readonly string[], folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-config-'))
  try {
    const files = contents.map((_, index) => join(folder, `${index}.yml`))
    for (const [index, file] of files.entries()) {
      writeFileSync(file, contents[index] ?? '', { mode: 0o644 })
    }
    return use(files, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The document of one file. */
export function documentOf(text: string, more: Partial<ConfigSource> = {}): ConfigDocument {
  return withFiles([text], files => readDocument({ overrides: [], env: {}, ...more, files }))
}

/** The lines of the error that `act` throws, without the folder of `withFiles`. */
export function linesOf(act: () => unknown): readonly string[] {
  try {
    act()
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown
    return shorten(thrown.message).split('\n')
  }
  return []
}

/** `/tmp/sealbeat-config-x/0.yml:1:2` → `0.yml:1:2`. */
export function shorten(text: string): string {
  return text.replaceAll(new RegExp(`${join(tmpdir(), 'sealbeat-config-')}[^/:]*/`, 'g'), '')
}
