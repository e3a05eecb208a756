// Whether a plugin was made for this sealbeat. A package says so by `peerDependencies.sealbeat`, before its code is
// run; an object by the mark of the `defineBeat` that has made it, wherever that was.

import { version } from '../../own-package.ts'
import { markOf, PLUGIN_API } from '../../plugin.ts'
import type { PackageManifest } from './manifest.ts'

/** Why a package can't be used with this sealbeat, and what to do. Undefined if it can, or does not say. */
export async function packageMisfit(
  { name, version: its, wants }: PackageManifest,
  own = version(),
): Promise<string | undefined> {
  if (wants === undefined || !(await isOutside(own, wants))) return undefined
  return (
    `${name} ${its} is made for sealbeat ${wants}, but this is sealbeat ${own}: ` +
    `install a version of ${name} that is made for it, or a sealbeat that fits`
  )
}

/** The same for what a module exports. */
export function objectMisfit(exported: unknown): string | undefined {
  const mark = markOf(exported)
  if (mark === undefined || mark.api === PLUGIN_API) return undefined
  return (
    `is made with another sealbeat, for version ${mark.api} of the plugin API, but sealbeat ${version()} has ` +
    `version ${PLUGIN_API}: let it import the sealbeat that runs it, or install a version that fits`
  )
}

/**
 * A pre-release counts as the release that it comes before: what is made for 0.2.0 is to be tried with 0.2.0-rc.1.
 * What is no range of versions, such as `workspace:*` or a URL, excludes none.
 */
async function isOutside(version: string, range: string): Promise<boolean> {
  // Only now: it takes some milliseconds that other agents need not spend.
  const { coerce, satisfies, validRange } = (await import('semver')).default
  const release = coerce(version)
  return release !== null && validRange(range) !== null && !satisfies(release, range)
}
