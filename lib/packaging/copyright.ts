import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AgentManifest } from './manifest.ts'
import type { Entry } from './tree.ts'

/** Licences of everything in a package, as they came with it. */
export function copyright(manifest: AgentManifest, entries: readonly Entry[]): string {
  const packages = entries.flatMap(licenceOf)
  const node = entries.some(({ path }) => path.endsWith('/bin/node')) ? [nodeNotice()] : []
  return [
    `${manifest.name} ${manifest.version}, by ${manifest.maintainer}\nLicence: ${manifest.license}`,
    ...node,
    ...packages,
  ]
    .join(`\n\n${'-'.repeat(78)}\n\n`)
    .concat('\n')
}

/** Node's own text names all that is built into it. */
function nodeNotice(): string {
  return `Node.js ${process.version}, ${nodeLicence()}`
}

function nodeLicence(): string {
  const prefix = dirname(dirname(process.execPath))
  const places = ['LICENSE', 'share/doc/nodejs/LICENSE', 'share/doc/nodejs/copyright']
  const found = places.map(place => join(prefix, place)).find(place => existsSync(place))
  return found ? readFileSync(found, 'utf8') : 'MIT and others: see https://nodejs.org'
}

function licenceOf({ path, content }: Entry): readonly string[] {
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:LICEN[CS]E|COPYING)(?:\.\w+)?$/i.exec(path)
  if (!match?.[1] || !content || !('source' in content)) return []
  return [`${match[1]}\n\n${readFileSync(content.source, 'utf8').trimEnd()}`]
}
