import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bytesOf, type Entry } from '../formats/tree.ts'
import type { AgentManifest } from '../manifest.ts'

/** The licences of everything in a package, as they came with it. */
export function copyright(manifest: AgentManifest, home: readonly Entry[]): string {
  const node = home.some(({ path }) => path === '/bin/node') ? [nodeNotice()] : []
  return [
    `${manifest.name} ${manifest.version}, by ${manifest.maintainer}\nLicence: ${manifest.license}`,
    ...node,
    ...new Set(home.flatMap(licenceOf)),
  ]
    .join(`\n\n${'-'.repeat(78)}\n\n`)
    .concat('\n')
}

/** Node's own text covers everything that is built into it. */
function nodeNotice(): string {
  return `Node.js ${process.version}, ${nodeLicence()}`
}

function nodeLicence(): string {
  const prefix = dirname(dirname(process.execPath))
  const places = ['LICENSE', 'share/doc/nodejs/LICENSE', 'share/doc/nodejs/copyright']
  const found = places.map(place => join(prefix, place)).find(place => existsSync(place))
  return found ? readFileSync(found, 'utf8') : 'MIT and others: see https://nodejs.org'
}

const FILE = '(?:LICEN[CS]E|COPYING|NOTICE)(?:-\\w+)?(?:\\.(?:md|txt))?'
/** The framework's bundle contains packages, and one file with all of their licences. */
const LICENCE = new RegExp(
  `node_modules/((?:@[^/]+/)?[^/]+)/(?:${FILE}|dist/bundle/LICENSES\\.txt)$`,
  'i',
)

function licenceOf(entry: Entry): readonly string[] {
  const name = LICENCE.exec(entry.path)?.[1]
  const bytes = name && bytesOf(entry)
  return bytes ? [`${name}\n\n${Buffer.from(bytes).toString().trimEnd()}`] : []
}
