import { type ArchitectureName, recordOf } from '../architectures/architecture.ts'
import type { Filter, KernelVersion, ProfileRule } from './profile.ts'

/** Where the imported policy will apply; a container runtime would know this. */
export interface Target {
  readonly architecture: ArchitectureName
  /** Capabilities of the process, such as `CAP_SYS_ADMIN`. */
  readonly caps: ReadonlySet<string>
  readonly kernel: KernelVersion
}

/** Whether a rule applies: all its inclusions match, and no exclusion (moby profiles/seccomp). */
export function applies({ includes, excludes }: ProfileRule, target: Target): boolean {
  const { caps } = target
  const isIncluded =
    (includes.arches.length === 0 || isFor(includes, target)) &&
    includes.caps.every(cap => caps.has(cap)) &&
    (includes.minKernel === undefined || isAtLeast(target.kernel, includes.minKernel))
  const isExcluded =
    isFor(excludes, target) ||
    excludes.caps.some(cap => caps.has(cap)) ||
    (excludes.minKernel !== undefined && isAtLeast(target.kernel, excludes.minKernel))
  return isIncluded && !isExcluded
}

/** Profiles spell architectures as Go does, or as libseccomp: `loong64` and `loongarch64`, `mips64le` and `mipsel64`. */
function isFor({ arches }: Filter, { architecture }: Target): boolean {
  const { name, names } = recordOf(architecture)
  const scmp = names.scmp.replace('SCMP_ARCH_', '').toLowerCase()
  return arches.some(each => [name, names.native, scmp].includes(each))
}

function isAtLeast([major, minor]: KernelVersion, [minMajor, minMinor]: KernelVersion): boolean {
  return major > minMajor || (major === minMajor && minor >= minMinor)
}
