import { dirname, resolve } from 'node:path'
import type { PathSettings } from '../config.ts'

/** Makes all paths absolute: `home` from the working directory, the others from `home`. */
export function absolutePaths(written: PathSettings, files: readonly string[]): PathSettings {
  const home = resolve(written.home)
  const config =
    written.config === '' ? resolve(dirname(files[0] ?? '')) : resolve(home, written.config)
  return { home, config, data: resolve(home, written.data), logs: resolve(home, written.logs) }
}
