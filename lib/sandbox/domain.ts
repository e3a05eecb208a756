import type { Reach } from './reach.ts'
import {
  ALL_FILE_RIGHTS,
  EXECUTING,
  type FileRight,
  fileBits,
  lackingOf,
  type NetworkRight,
  networkBits,
  READING,
  type Scope,
  scopeBits,
  WRITING,
} from './rights.ts'

/** The oldest ABI is 1. */
const OLDEST = 1

/** A Landlock ruleset with its rules, as numbers for the kernel. */
export interface Domain {
  readonly abi: number
  /** What the domain decides about, as bits: all that no rule allows is refused. */
  readonly files: number
  readonly network: number
  readonly scoped: number
  readonly paths: readonly PathRule[]
  readonly ports: readonly PortRule[]
  /** What this kernel can't refuse, in words. */
  readonly lacking: readonly string[]
}

export interface PathRule {
  readonly path: string
  readonly rights: readonly FileRight[]
}

interface PortRule {
  readonly port: number
  readonly rights: number
}

/** What of the kernel decides about a domain. */
export interface LandlockAbi {
  readonly abi: number
  /** Whether signals between threads of one process pass a domain's scope (erratum 2). */
  readonly sparesOwnSignals: boolean
}

/** The domain for a reach on a kernel. Pure: nothing is looked up. */
export function domainOf(reach: Reach, { abi, sparesOwnSignals }: LandlockAbi): Domain {
  if (abi < OLDEST) throw new RangeError(`no Landlock ABI: ${abi}`)
  return {
    abi,
    files: fileBits(ALL_FILE_RIGHTS, abi),
    network: networkBits(networkOf(reach), abi),
    scoped: scopeBits(scopesOf(reach, sparesOwnSignals), abi),
    paths: [...pathsOf(reach), ...(abi >= 9 ? socketsOf(reach) : [])],
    ports: abi >= 4 ? portsOf(reach, abi) : [],
    lacking: lackingOf(abi),
  }
}

function pathsOf({ reads, writes, executes }: Reach): readonly PathRule[] {
  return [
    ...(reads?.map(({ what }) => what) ?? ['/']).map(path => ({ path, rights: READING })),
    ...writes.map(({ what }) => ({ path: what, rights: [...READING, ...WRITING] })),
    ...executes.map(({ what }) => ({ path: what, rights: EXECUTING })),
    { path: '/dev/null', rights: ['write_file', 'read_file'] },
  ]
}

function socketsOf({ unix }: Reach): readonly PathRule[] {
  const paths = unix.filter(({ what }) => !isAbstract(what))
  return paths.map(({ what }) => ({ path: what, rights: ['resolve_unix'] }))
}

function networkOf({ connects, listens }: Reach): readonly NetworkRight[] {
  return [
    ...(connects === undefined ? [] : (['connect_tcp'] as const)),
    ...(listens === undefined ? [] : (['bind_tcp'] as const)),
  ]
}

function portsOf({ connects = [], listens = [] }: Reach, abi: number): readonly PortRule[] {
  const rule = (right: NetworkRight) => {
    return ({ what }: { readonly what: number }) => ({
      port: what,
      rights: networkBits([right], abi),
    })
  }
  return [...connects.map(rule('connect_tcp')), ...listens.map(rule('bind_tcp'))]
}

/** Before erratum 2 was mended, a scope for signals also kept apart the threads of one process. */
function scopesOf({ unix }: Reach, sparesOwnSignals: boolean): readonly Scope[] {
  return [
    ...(unix.some(({ what }) => isAbstract(what)) ? [] : (['abstract_unix_socket'] as const)),
    ...(sparesOwnSignals ? (['signal'] as const) : []),
  ]
}

function isAbstract(name: string): boolean {
  return name.startsWith('@')
}
