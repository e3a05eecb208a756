import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a package.json says of a package that may be a plugin. Empty where it says nothing. */
export interface PackageManifest {
  /** Absolute. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** `peerDependencies.sealbeat`: a range of npm's, such as `^0.1.0`. Undefined: it has none. */
  readonly wants: string | undefined
}

/** The manifest in a folder; undefined if it has none that can be read. */
export function manifestIn(folder: string): PackageManifest | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const wants = memberOf(memberOf(manifest, 'peerDependencies'), 'sealbeat')
    return {
      folder,
      name: textOf(memberOf(manifest, 'name')),
      version: textOf(memberOf(manifest, 'version')),
      wants: typeof wants === 'string' ? wants : undefined,
    }
  } catch {
    // Node has its own words for it, if it needs the file.
    return undefined
  }
}

/** The manifest of the package that a file is in. One without a name only says of what kind modules are. */
export function manifestAbove(file: string): PackageManifest | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = existsSync(join(folder, 'package.json')) ? manifestIn(folder) : undefined
    if (found !== undefined && found.name !== '') return found
    if (folder === dirname(folder)) return undefined
  }
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
