// Who refused a socket, and what to declare. The filter answers EPERM where nobody declares such a socket at all;
// where somebody does, Landlock answers EACCES for another port or another address. glibc and c-ares take a
// refused socket for a name server that does not answer, so a name that can't be looked up is one as well.

import type { Reach } from '../reach.ts'
import type { SystemError } from './system-errors-of.ts'

/** Kinds of sockets that a filter may have no way to. */
export type RefusedSocket = 'connects' | 'listens' | 'unix' | 'netlink'

interface Refusals {
  readonly filtered: ReadonlySet<string>
  readonly reach: Pick<Reach, 'connects' | 'listens' | 'unix'>
  /** The ABI of the Landlock domain that was entered, if one was. */
  readonly abi: number | undefined
}

export function refusedSocket(error: SystemError, refusals: Refusals): string | undefined {
  const { code, syscall } = error
  if (isLookup(error)) return refusedLookup(refusals)
  if (syscall === 'uv_interface_addresses') return refusedAddresses(refusals)
  if (code !== 'EPERM' && code !== 'EACCES') return undefined
  const asked = askedIn(error)
  if (asked === undefined) return undefined
  const isFilter = code === 'EPERM' && refusals.filtered.has(asked.kind)
  if (isFilter) return `the filter lets ${asked.declare}`
  return isOfLandlock(asked, refusals) ? `Landlock lets ${asked.declare}` : undefined
}

function askedIn(error: SystemError): Refused | undefined {
  switch (error.syscall) {
    case 'connect':
      return connection(error)
    case 'listen':
      return listener(error)
    case 'bind':
      return datagrams(error)
    default:
      return undefined
  }
}

/** What was refused, and what would have allowed it. */
interface Refused {
  readonly kind: 'connects' | 'listens' | 'unix'
  readonly what: number | string
  /** The ABI from which on a domain decides about it. */
  readonly since: number
  readonly declare: string
}

function connection({ port = 0, address = '' }: SystemError): Refused | undefined {
  if (port > 0) {
    return {
      kind: 'connects',
      what: port,
      since: SINCE.ports,
      declare:
        `only declared TCP ports be connected to: declare { connects: ${port} } in the plugin's ` +
        `privileges, or ${port} in landlock.connects`,
    }
  }
  return unixSocket(address, 'connected to', SINCE.paths)
}

function listener({ port = 0, address = '' }: SystemError): Refused | undefined {
  if (/^[/\0]/.test(address)) return unixSocket(address, 'made', SINCE.made)
  const declare =
    port <= 0
      ? 'only declared TCP ports be listened on: name a port and declare { listens: PORT }, or ' +
        "declare { network: 'ip' } for any"
      : `only declared TCP ports be listened on: declare { listens: ${port} } in the plugin's ` +
        `privileges, or ${port} in landlock.listens`
  return { kind: 'listens', what: port, since: SINCE.ports, declare }
}

/** Node binds what sends and receives datagrams; `listen` is a server's. */
function datagrams({ port = 0 }: SystemError): Refused {
  const declare = "no socket of UDP be had: declare { network: 'ip' } in the plugin's privileges"
  return { kind: 'listens', what: port, since: SINCE.udp, declare }
}

function unixSocket(address: string, done: string, since: number): Refused | undefined {
  const name = address.replace(/^\0/, '@')
  if (name === '') return undefined
  const declare = `only declared unix sockets be ${done}: declare { unix: '${name}' } in the plugin's privileges`
  return { kind: 'unix', what: name, since: name.startsWith('@') ? SINCE.abstract : since, declare }
}

/** Making a socket in a folder, TCP ports, abstract unix sockets, connecting to those with a path, UDP. */
const SINCE = { made: 1, ports: 4, abstract: 6, paths: 9, udp: 10 } as const

function isOfLandlock({ kind, what, since }: Refused, { reach, abi = 0 }: Refusals): boolean {
  const declared: Reach['unix'] | Reach['connects'] = reach[kind]
  return declared !== undefined && abi >= since && !declared.some(each => each.what === what)
}

/** getaddrinfo(3) of libuv, and the queries of c-ares: `queryA`, `getHostByAddr`. */
function isLookup({ syscall }: SystemError): boolean {
  return /^(getaddrinfo|getnameinfo|query[A-Z]\w*|getHostByAddr)$/.test(syscall)
}

function refusedLookup({ filtered }: Refusals): string | undefined {
  if (!filtered.has('connects')) return undefined
  return (
    "the filter lets no name be looked up, as nobody declares a network: declare { connects: PORT } in the plugin's " +
    "privileges, or { network: 'ip' }"
  )
}

function refusedAddresses({ filtered }: Refusals): string | undefined {
  if (!filtered.has('netlink')) return undefined
  return "the filter lets no addresses be listed: declare { addressFamily: 'AF_NETLINK' } in the plugin's privileges"
}
