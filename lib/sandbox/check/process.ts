import type { CapabilitiesMode, LandlockConfig } from '../../config/config.ts'
import { type Finding, findingIn } from '../../seccomp/check/finding.ts'
import type { Account } from '../account.ts'
import { capabilityBits } from '../capabilities.ts'

/** What the running process is and has. */
interface ProcessFacts {
  readonly uid: number
  /** Bits of the permitted set, CapPrm of proc(5). */
  readonly held: bigint
  /** `2.36`; undefined where libc is not glibc. */
  readonly glibc: string | undefined
}

interface Wanted {
  readonly landlock: Pick<LandlockConfig, 'enabled' | 'required'>
  readonly capabilities: CapabilitiesMode
  readonly account: Account | undefined
  /** Those that plugins declare, for `open` or for longer. */
  readonly declared: readonly { readonly capability: string; readonly who: string }[]
}

const finding = findingIn('runtime')

/** Whether an agent started as this process is can be confined as it is configured. */
export function processFindings(wanted: Wanted, facts: ProcessFacts): readonly Finding[] {
  return [
    ...userFindings(wanted, facts),
    ...capabilityFindings(wanted, facts),
    ...sweepFindings(wanted, facts),
  ]
}

function userFindings({ account }: Wanted, { uid }: ProcessFacts): readonly Finding[] {
  if (account === undefined) {
    const message =
      'this is root, and no user is named: files of root stay open to chmod and chown, and everything where ' +
      'there is no Landlock; set user, or start the agent as a user of its own'
    return uid === 0 ? [finding('warning', message)] : []
  }
  if (account.uid === 0) return [finding('warning', `user ${account.name} is root: name another`)]
  if (uid === 0 || uid === account.uid) return []
  const message =
    `user ${account.name} can only be had by root, and this is uid ${uid}: the agent would not start; ` +
    `start it as root or as ${account.name}, or remove user`
  return [finding('error', message)]
}

function capabilityFindings({ declared }: Wanted, { held }: ProcessFacts): readonly Finding[] {
  return declared.flatMap(({ capability, who }) => {
    const bit = capabilityBits([capability])
    if ((held & bit) === bit) return []
    const message =
      `${who} declares ${capability}, and this process does not hold it: the units of a package see to it; ` +
      `started otherwise, the agent needs AmbientCapabilities=${capability} or root`
    return [finding('warning', message)]
  })
}

/** Landlock and capabilities belong to each thread, and only glibc has a signal that reaches every one. */
function sweepFindings(
  { landlock, capabilities }: Wanted,
  { glibc }: ProcessFacts,
): readonly Finding[] {
  if (glibc !== undefined || (!landlock.enabled && capabilities === 'keep')) return []
  const isRequired = (landlock.enabled && landlock.required) || capabilities === 'required'
  const message =
    'libc is not glibc: not every thread can be confined by Landlock and lose its capabilities; run the ' +
    'agent on a system with glibc'
  return [finding(isRequired ? 'error' : 'warning', message)]
}
