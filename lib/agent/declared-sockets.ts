import type { Asked, Reach } from '../sandbox/reach.ts'
import type { Family, Sockets } from '../seccomp/policy/sockets.ts'

/** What somebody asks for, whatever it is. */
type Asker = Asked<unknown>

/**
 * The sockets that it takes to reach this far, each with the first who asks for it. Names of hosts are looked
 * up over UDP, and getaddrinfo(3) asks routing netlink for the addresses of this host. Whether a port is
 * another host's or this one's, a filter can't see: that is up to Landlock.
 */
export function declaredSockets(reach: Reach): Sockets {
  const { anyPorts, unix, families } = reach
  const connecting: readonly Asker[] = [...anyPorts, ...(reach.connects ?? [])]
  const everywhere = anyPorts.filter(({ what }) => what === 'network ip')
  const listening: readonly Asker[] = [...everywhere, ...(reach.listens ?? [])]
  const named = (name: Family) => families.filter(({ what }) => what === name)
  const ip = [...connecting, ...listening]
  const of = {
    AF_UNIX: [...unix, ...named('AF_UNIX')],
    AF_INET: [...ip, ...named('AF_INET')],
    AF_INET6: [...ip, ...named('AF_INET6')],
    AF_NETLINK: [...ip, ...named('AF_NETLINK')],
  }
  return {
    families: Object.fromEntries(
      Object.entries(of).flatMap(([family, asked]) => {
        const origin = originOf(asked)
        return origin === undefined ? [] : [[family, origin]]
      }),
    ),
    connect: originOf([...connecting, ...unix, ...families]),
    bind: originOf([...ip, ...unix, ...families]),
    listen: originOf([...listening, ...unix]),
  }
}

/** As the needs of plugins have it: `beat web: answers HTTP`. */
function originOf([first]: readonly Asker[]): string | undefined {
  return first && `${first.who}: ${first.why}`
}
