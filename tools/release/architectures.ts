import { spawnSync } from 'node:child_process'
import { ARCHITECTURES, recordOf } from '../../lib/seccomp/architectures/architecture.ts'

/** The architectures with a default policy, by Node's name, with the triplet of Debian's cross compiler. */
const TRIPLETS: ReadonlyMap<string, string> = new Map(
  ARCHITECTURES.map(recordOf)
    .filter(({ policy }) => policy)
    .map(({ names }) => [names.node, names.gnu] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
)

export interface Target {
  readonly arch: string
  /** The prefix of its tools' names: `aarch64-linux-gnu-`; empty for this machine's own. */
  readonly prefix: string
}

interface Targets {
  readonly chosen: readonly Target[]
  /** Architectures that have no compiler here. */
  readonly missing: readonly string[]
}

/**
 * This machine's own architecture and those that are asked for, `arm64,s390x`; by default, all that have a
 * compiler here.
 *
 * @throws Error if one that is asked for is unknown or has no compiler
 */
export function chooseTargets(asked: string | undefined): Targets {
  const known = [...new Set([process.arch, ...TRIPLETS.keys()])].map(targetOf)
  const missing = known.filter(target => !hasCompiler(target)).map(({ arch }) => arch)
  const wanted = asked?.split(/[,\s]+/).filter(arch => arch !== '')
  const impossible = wanted?.filter(
    arch => missing.includes(arch) || known.every(each => each.arch !== arch),
  )
  if (impossible?.length) throw new Error(`RELEASE_ARCHS: no compiler for ${impossible.join(', ')}`)
  const chosen = known.filter(({ arch, prefix }) => {
    return prefix === '' || (wanted?.includes(arch) ?? !missing.includes(arch))
  })
  return { chosen, missing }
}

function targetOf(arch: string): Target {
  return { arch, prefix: arch === process.arch ? '' : `${TRIPLETS.get(arch)}-` }
}

function hasCompiler({ prefix }: Target): boolean {
  return spawnSync(`${prefix}g++`, ['--version'], { stdio: 'ignore' }).status === 0
}
