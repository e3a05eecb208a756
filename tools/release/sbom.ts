import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { shell } from '../live/shell.ts'

/** CycloneDX 1.5, as much of it as is looked at here. */
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
 * The bill of materials of a tarball, by npm from the lock file. What differs from time to time or from
 * folder to folder is settled; where packages were fetched from is left out.
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

/** Of everything: with `--omit dev` it leaves out what development takes *too*. */
async function npmSbom(): Promise<Bom> {
  const said = await shell('npm sbom --sbom-format cyclonedx --package-lock-only')
  return JSON.parse(said, (key, value) => (key === 'externalReferences' ? undefined : value))
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

/** RFC 9562's version 8, of what the rest says. */
function serialNumber(digest: string): string {
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) ?? []
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}
