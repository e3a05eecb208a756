import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The folder of this package as a URL that ends in `/`; the same from lib/, dist/lib/ and a bundle. */
export function packageRoot(): URL {
  // By the package's own name, which Node resolves from every file below the package's folder.
  const manifest = createRequire(import.meta.url).resolve('sealbeat/package.json')
  return new URL('.', pathToFileURL(manifest))
}

/** The version of this package, from its package.json. */
export function version(): string {
  // By the package's own name, as above.
  const manifest: unknown = createRequire(import.meta.url)('sealbeat/package.json')
  const text = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return text ? String(manifest.version) : 'unknown'
}
