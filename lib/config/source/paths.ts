import { resolve } from 'node:path'
import type { PathSettings } from '../config.ts'
import type { ConfigDocument } from './document.ts'

/** Makes all paths absolute: `home` from the folder of the document, the others from `home`. */
export function absolutePaths(
  written: PathSettings,
  { folder, configFolder }: Pick<ConfigDocument, 'folder' | 'configFolder'>,
): PathSettings {
  const home = resolve(folder, written.home)
  const config = written.config === '' ? configFolder : resolve(home, written.config)
  return { home, config, data: resolve(home, written.data), logs: resolve(home, written.logs) }
}
