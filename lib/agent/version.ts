import { createRequire } from 'node:module'

/** Of the package, from the one place that has it. */
export function version(): string {
  // By the package's own name: right from lib/ and from dist/lib/.
  const manifest: unknown = createRequire(import.meta.url)('sealbeat/package.json')
  const text = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return text ? String(manifest.version) : 'unknown'
}
