import type { LandlockConfig } from '../../lib/config/config.ts'
import type { Privilege } from '../../lib/plugin.ts'
import { type Claim, type Reach, reachOf } from '../../lib/sandbox/reach.ts'

/** A section in which nothing is written. */
export const LANDLOCK: LandlockConfig = {
  enabled: true,
  required: false,
  reads: [],
  writes: [],
  connects: [],
  listens: [],
}

/** What a plugin called `beat one` declares. */
export function claims(...privileges: readonly Privilege[]): readonly Claim[] {
  return privileges.map(privilege => ({ title: 'beat one', privilege }))
}

/** Nothing is declared, but that these folders are written. */
export function reachOver(...writes: readonly string[]): Reach {
  return reachOf([], { ...LANDLOCK, writes })
}
