import { endianness } from 'node:os'
import { declaredOf, type Plan } from '../../agent/plan.ts'
import {
  ARCHITECTURES,
  type ArchitectureName,
  architectureOf,
} from '../../seccomp/architectures/architecture.ts'
import { loadPolicy } from '../../seccomp/policy/layers.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import { didYouMean } from '../../suggest.ts'
import { UsageError } from '../usage-error.ts'

/** The architecture that `--arch` names, or else the running one. */
export function chosenArchitecture(arch: string | undefined): ArchitectureName {
  if (arch === undefined) return runningArchitecture()
  const found = ARCHITECTURES.find(name => name === arch)
  if (found) return found
  const near = didYouMean(arch, ARCHITECTURES)
  throw new UsageError(`unknown architecture "${arch}"${near}: one of ${ARCHITECTURES.join(', ')}`)
}

function runningArchitecture(): ArchitectureName {
  const found = architectureOf(process.arch, endianness())
  if (found) return found
  throw new UsageError(`there is no policy for ${process.arch}: choose one with --arch`)
}

/**
 * The policy that `run` would use on that architecture, even if seccomp is disabled.
 *
 * @throws PolicyError for names that the architecture does not have (S10)
 */
export async function policyFor(plan: Planned, name: ArchitectureName): Promise<EffectivePolicy> {
  return expectPolicy(await loadPolicy(name, plan.config.seccomp, declaredOf(plan)), name)
}

type Planned = Pick<Plan, 'config' | 'plugins' | 'reach'>

/** The same for a process that is still to be loaded, with its libraries: without what would keep it from that. */
export async function startingPolicyFor(
  plan: Planned,
  name: ArchitectureName,
): Promise<EffectivePolicy> {
  const config = { ...plan.config.seccomp, late_libraries: 'allow' } as const
  return expectPolicy(await loadPolicy(name, config, { ...declaredOf(plan), jitless: false }), name)
}

function expectPolicy(policy: EffectivePolicy | undefined, name: string): EffectivePolicy {
  if (policy) return policy
  throw new UsageError(`there is no policy for ${name}: write one under seccomp`)
}
