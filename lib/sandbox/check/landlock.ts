import type { LandlockConfig } from '../../config/config.ts'
import { type Finding, findingIn } from '../../seccomp/check/finding.ts'
import type { Reach } from '../reach.ts'
import { lackingOf } from '../rights.ts'
import type { LandlockSupport } from '../ruleset.ts'

interface Wanted {
  readonly landlock: Pick<LandlockConfig, 'enabled' | 'required'>
  readonly reach: Pick<Reach, 'inside' | 'connects' | 'listens'>
}

const finding = findingIn('kernel')

/** From this ABI on (Linux 6.7), a domain decides about TCP ports. */
const PORTS_SINCE = 4

/** Whether the kernel has the Landlock that the agent wants. */
export function landlockFindings(
  { landlock, reach }: Wanted,
  support: LandlockSupport,
): readonly Finding[] {
  if (!landlock.enabled) return disabled(landlock)
  const givenUp = reach.inside.map(({ who, why }) =>
    finding(
      landlock.required ? 'error' : 'warning',
      `Landlock is off, as ${who} looks inside other processes (${why}): leave that beat out, or let it ` +
        'run in an agent of its own',
    ),
  )
  if (givenUp.length > 0) return givenUp
  if (!support.available) {
    const { reason, mend } = support
    const remedy = mend === undefined ? '' : `; ${mend}`
    const message = `Landlock is not available: ${reason}${remedy}`
    return [finding(landlock.required ? 'error' : 'warning', message)]
  }
  return [
    finding('ok', `Landlock, ABI ${support.abi}`),
    ...portFindings(reach, support.abi),
    ...lackingOf(support.abi).map(what =>
      finding('info', `Landlock, ABI ${support.abi}, can’t refuse ${what}: a later kernel can`),
    ),
  ]
}

function disabled({ required }: Wanted['landlock']): readonly Finding[] {
  if (required) {
    const message = 'landlock.required is true, and landlock.enabled is false: remove one of them'
    return [finding('error', message)]
  }
  const message =
    'Landlock is disabled by configuration: the agent may do with files and TCP ports whatever its user may'
  return [finding('info', message)]
}

function portFindings({ connects, listens }: Wanted['reach'], abi: number): readonly Finding[] {
  if (abi >= PORTS_SINCE) return []
  const declared = [...(connects ?? []), ...(listens ?? [])].map(({ what }) => what)
  if (declared.length === 0) return []
  const message =
    `TCP ports are declared (${[...new Set(declared)].join(', ')}), but this kernel can’t refuse the others: ` +
    'Linux 6.7 can; until then IPAddressAllow= in the unit limits the addresses'
  return [finding('warning', message)]
}
