import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSuite, type UnpackedPackage } from '../apt.ts'

/** The Debian packages that the tables are made from, unpacked on disk. */
export interface TableSources {
  /** linux-libc-dev, the newest. */
  readonly headers: UnpackedPackage
  /** linux-libc-dev of earlier Debian releases, oldest first. */
  readonly earlier: readonly UnpackedPackage[]
  /** linux-headers-*-common of the same kernel as `headers`, and its name. */
  readonly kernel: UnpackedPackage & { readonly name: string }
  /** manpages-dev, the newest. */
  readonly manual: UnpackedPackage
}

/** Debian releases whose headers show when a call appeared: Linux 5.10, 6.1 and 6.12. */
const RELEASES = ['bullseye', 'bookworm', 'trixie'] as const

/** Fetches the newest sources with apt into the folder `cache`. Needs the network and half a minute. */
export async function fetchSources(cache: string): Promise<TableSources> {
  const sid = await openSuite('sid', cache)
  const headers = await sid.unpack('linux-libc-dev')
  const name = (await sid.names('linux-headers-')).find(isCommonOf(headers.version))
  if (name === undefined) throw new Error(`no linux-headers-*-common ${headers.version} in sid`)
  const earlier: UnpackedPackage[] = []
  for (const release of RELEASES) {
    earlier.push(await (await openSuite(release, cache)).unpack('linux-libc-dev'))
  }
  const sources: TableSources = {
    headers,
    earlier,
    kernel: { name, ...(await sid.unpack(name)) },
    manual: await sid.unpack('manpages-dev'),
  }
  await writeFile(indexOf(cache), JSON.stringify(sources, undefined, 2))
  return sources
}

/** The sources that an earlier `fetchSources` left in `cache`; undefined if there are none. */
export async function cachedSources(cache: string): Promise<TableSources | undefined> {
  try {
    return JSON.parse(await readFile(indexOf(cache), 'utf8')) as TableSources
  } catch {
    return undefined
  }
}

function indexOf(cache: string): string {
  return join(cache, 'table-sources.json')
}

/** linux-headers-7.2.13+deb14-common belongs to linux-libc-dev 7.2.13-1. */
function isCommonOf(version: string): (name: string) => boolean {
  const upstream = version.replace(/-[^-]*$/, '')
  return name => name.startsWith(`linux-headers-${upstream}+`) && name.endsWith('-common')
}
