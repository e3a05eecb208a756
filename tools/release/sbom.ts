import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { shell } from '../live/shell.ts'

/** The part of CycloneDX 1.5 that is read here. */
interface Bom {
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Component {
  readonly 'bom-ref': string
  readonly properties: readonly { readonly name: string; readonly value: string }[]
}

/**
 * The bill of materials of a tarball, which npm makes from the lock file. Values that depend on the time or
 * the folder are replaced by fixed ones; the addresses that packages were fetched from are left out.
 */
export async function writeSbom(tarball: string, epoch: number): Promise<string> {
  const { name } = JSON.parse(await readFile('package.json', 'utf8'))
  const { metadata, ...bom } = bundledOnly(await npmSbom())
  const hashes = [{ alg: 'SHA-256', content: sha256(await readFile(tarball)) }]
  const component = { ...metadata.component, name, hashes }
  const timestamp = new Date(epoch * 1000).toISOString()
  const content = { ...bom, serialNumber: '', metadata: { ...metadata, timestamp, component } }
  const numbered = { ...content, serialNumber: serialNumber(sha256(JSON.stringify(content))) }
  return `${JSON.stringify(numbered, undefined, 2)}\n`
}

/** Lists everything: with `--omit dev`, npm would leave out packages that development *also* needs. */
async function npmSbom(): Promise<Bom> {
  const output = await shell('npm sbom --sbom-format cyclonedx --package-lock-only')
  return JSON.parse(output, (key, value) => (key === 'externalReferences' ? undefined : value))
}

function bundledOnly(bom: Bom): Bom {
  const has = ({ properties }: Component, what: string) =>
    properties.some(({ name }) => name === `cdx:npm:package:${what}`)
  const components = bom.components.filter(
    each => has(each, 'bundled') && !has(each, 'development'),
  )
  const refs = new Set([bom.metadata.component, ...components].map(each => each['bom-ref']))
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(each => refs.has(each)) }))
  return { ...bom, components, dependencies }
}

/** A UUID of RFC 9562's version 8, from the digest of everything else. */
function serialNumber(digest: string): string {
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) ?? []
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}
