import { type Plan, planError } from '../../agent/plan.ts'
import { type DeclaredPrivilege, privilegesOf } from '../../agent/plugins/declared.ts'
import type { Privilege } from '../../plugin.ts'

/** Everything that the unit of one agent has to grant, each with the plugins that need it and why. */
export interface Grants {
  readonly capabilities: Reasons
  readonly addressFamilies: Reasons
  /** Multicast groups of netlink that systemd joins, one for each plugin. */
  readonly sockets: readonly SocketGrant[]
  /** `ip`, `connects 443`, `listens 8080`; empty: no network. */
  readonly network: Reasons
  readonly groups: Reasons
  readonly writes: Reasons
  /** `mounts`: places where something is mounted, in homes as well. */
  readonly sees: Reasons
  /** `system`: files of /proc beyond the agent's own. `processes`, `inside`: other users' processes too. */
  readonly proc: Reasons
}

interface SocketGrant {
  /** `audit 1`. */
  readonly netlink: string
  readonly bufferBytes: number | undefined
  readonly reason: string
}

/** `CAP_NET_BIND_SERVICE` → `beat web: port 443`. */
export type Reasons = ReadonlyMap<string, string>

/**
 * Collects the privileges that the plugins declare with their settings.
 *
 * @throws AgentError `CONFIG_INVALID` with everything declared that no unit can grant
 */
export function grantsOf({
  plugins,
  locate = () => undefined,
}: Pick<Plan, 'plugins'> & Partial<Pick<Plan, 'locate'>>): Grants {
  const { privileges, problems } = privilegesOf(plugins)
  if (problems.length > 0) throw planError({ locate }, problems)
  const declared = privileges.filter(each => !isOwnFolder(each))
  const reasons = (of: (privilege: Privilege) => string | undefined) => reasonsFor(declared, of)
  return {
    capabilities: reasons(each => ('capability' in each ? each.capability : undefined)),
    addressFamilies: reasons(each => ('addressFamily' in each ? each.addressFamily : undefined)),
    sockets: declared.flatMap(({ title, privilege }) => {
      if (!('netlink' in privilege)) return []
      const { netlink, bufferBytes, why } = privilege
      return [{ netlink, bufferBytes, reason: `${title}: ${why}` }]
    }),
    network: reasons(networkOf),
    groups: reasons(each => ('group' in each ? each.group : undefined)),
    writes: reasons(each => ('writes' in each ? each.writes : undefined)),
    sees: reasons(each => ('sees' in each ? each.sees : undefined)),
    proc: reasons(each => ('proc' in each ? each.proc : undefined)),
  }
}

/** StateDirectory= and LogsDirectory= grant the agent its own folders, at their places in the package. */
function isOwnFolder({ plugin, privilege }: DeclaredPrivilege): boolean {
  return plugin.kind === 'agent' && 'writes' in privilege
}

function networkOf(privilege: Privilege): string | undefined {
  if ('network' in privilege) return privilege.network
  if ('connects' in privilege) return `connects ${privilege.connects}`
  return 'listens' in privilege ? `listens ${privilege.listens}` : undefined
}

function reasonsFor(
  declared: readonly DeclaredPrivilege[],
  of: (privilege: Privilege) => string | undefined,
): Reasons {
  const found = new Map<string, string>()
  for (const { title, privilege } of declared) {
    const what = of(privilege)
    if (what !== undefined) found.set(what, join(found.get(what), `${title}: ${privilege.why}`))
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function join(before: string | undefined, reason: string): string {
  return before === undefined ? reason : `${before}; ${reason}`
}
