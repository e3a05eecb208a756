import type { LandlockConfig } from '../config/config.ts'
import type { Privilege } from '../plugin.ts'

/** What one plugin, or the configuration, asks for: who and why, as it is shown. */
export interface Asked<T> {
  readonly what: T
  /** `agent`, `beat audit`, `landlock.writes`. */
  readonly who: string
  readonly why: string
}

/** How far the code of an agent reaches once it is confined. */
export interface Reach {
  /** Folders whose files may be read; undefined: all of them. */
  readonly reads: readonly Asked<string>[] | undefined
  readonly writes: readonly Asked<string>[]
  /** Programs, or folders of them. */
  readonly executes: readonly Asked<string>[]
  /** TCP ports of other hosts; undefined: all of them. */
  readonly connects: readonly Asked<number>[] | undefined
  /** TCP ports of this host; undefined: all of them. */
  readonly listens: readonly Asked<number>[] | undefined
  /** Who asks for every port: why `connects`, or `listens` too, is undefined. */
  readonly anyPorts: readonly Asked<'network ip' | 'connects any'>[]
  /** Unix sockets: paths, or names after `@`. */
  readonly unix: readonly Asked<string>[]
  /** Address families that are declared by name. */
  readonly families: readonly Asked<`AF_${string}`>[]
  /** Who looks inside other processes: no domain allows that. */
  readonly inside: readonly Asked<'inside'>[]
  /** Capabilities that stay for as long as the agent lives. */
  readonly capabilities: readonly Asked<`CAP_${string}`>[]
}

/** A privilege and who declares it. */
export interface Claim {
  readonly title: string
  readonly privilege: Privilege
}

type Kind = 'reads' | 'writes' | 'executes' | 'connects' | 'listens' | 'unix' | 'addressFamily'

/**
 * Everything that the plugins and the configuration ask for, together.
 *
 * @param own folders that the agent has to read wherever `landlock.reads` restricts reading
 */
export function reachOf(
  claims: readonly Claim[],
  landlock: LandlockConfig,
  own: readonly string[] = [],
): Reach {
  const anyPorts = claims.flatMap(anyPortsOf)
  const isOpen = anyPorts.some(({ what }) => what === 'network ip')
  return {
    reads: landlock.reads.length === 0 ? undefined : readsOf(claims, landlock, own),
    writes: [...ofKind<string>(claims, 'writes'), ...configured(landlock.writes, 'writes')],
    executes: ofKind(claims, 'executes'),
    connects: anyPorts.length > 0 ? undefined : portsOf(claims, landlock, 'connects'),
    listens: isOpen ? undefined : portsOf(claims, landlock, 'listens'),
    anyPorts,
    unix: ofKind(claims, 'unix'),
    families: ofKind(claims, 'addressFamily'),
    inside: claims.flatMap(({ title, privilege }) => {
      const isInside = 'proc' in privilege && privilege.proc === 'inside'
      return isInside ? [{ what: 'inside', who: title, why: privilege.why }] : []
    }),
    capabilities: claims.flatMap(({ title, privilege }) => {
      const stays = 'capability' in privilege && privilege.during !== 'open'
      return stays ? [{ what: privilege.capability, who: title, why: privilege.why }] : []
    }),
  }
}

function anyPortsOf({ title, privilege }: Claim): Reach['anyPorts'] {
  const as = (what: Reach['anyPorts'][number]['what']) => [{ what, who: title, why: privilege.why }]
  if ('network' in privilege) return as('network ip')
  return 'connects' in privilege && privilege.connects === 'any' ? as('connects any') : []
}

function readsOf(claims: readonly Claim[], { reads }: LandlockConfig, own: readonly string[]) {
  return [
    ...own.map(what => ({ what, who: 'agent', why: 'what the agent itself reads' })),
    ...ofKind<string>(claims, 'reads'),
    ...configured(reads, 'reads'),
  ]
}

function portsOf(
  claims: readonly Claim[],
  landlock: LandlockConfig,
  kind: 'connects' | 'listens',
): readonly Asked<number>[] {
  return [...ofKind<number>(claims, kind), ...configured(landlock[kind], kind)]
}

/** The claims of one kind; the contract of privileges says of which type each kind is. */
function ofKind<T>(claims: readonly Claim[], kind: Kind): readonly Asked<T>[] {
  return claims.flatMap(({ title, privilege }) => {
    const { why, ...need } = privilege
    const value: unknown = Object.entries(need).find(([key]) => key === kind)?.[1]
    return value === undefined ? [] : [{ what: value as T, who: title, why }]
  })
}

function configured<T>(values: readonly T[], key: keyof LandlockConfig): readonly Asked<T>[] {
  return values.map(what => ({ what, who: `landlock.${key}`, why: 'configured' }))
}
