// Ways over the network and to other processes' sockets.
import { close, open, url } from 'node:inspector'
import type { Attack, Scene } from './attack.ts'
import { call } from './calls.ts'

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16]
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, IPPROTO_MPTCP] = [1, 2, 3, 262]
const MSG_FASTOPEN = 0x20000000

/** By whom no socket is to be had. */
const UNDECLARED = { 'filter without sockets': 'EPERM' } as const

type Port = keyof Scene['ports']

/** Connects, or binds, a TCP socket on the loopback interface. */
function tcp(how: 'connect' | 'bind', port: number, family = AF_INET, protocol = 0): void {
  withSocket(family, SOCK_STREAM, protocol, socket => {
    const address = loopback(family, port)
    call(how, socket, address, address.length)
  })
}

/** By IPv4 and by IPv6, to whose unspecified addresses the neighbour listens. */
function connecting(name: string, port: Port, refused: Attack['refused']): readonly Attack[] {
  return [AF_INET, AF_INET6].map(family => ({
    name: `${name}, by ${family === AF_INET ? 'IPv4' : 'IPv6'}`,
    refused,
    since: 4,
    ...(family === AF_INET6 && { needs: '/proc/net/if_inet6' }),
    attempt: ({ ports }) => tcp('connect', ports[port], family),
  }))
}

export const ON_NETWORK: readonly Attack[] = [
  ...connecting('connects to a TCP port', 'undeclared', { ...UNDECLARED, domain: 'EACCES' }),
  {
    name: 'binds a TCP port',
    refused: { ...UNDECLARED, domain: 'EACCES' },
    since: 4,
    attempt: ({ ports }) => tcp('bind', ports.free),
  },
  {
    name: 'binds any TCP port',
    refused: { ...UNDECLARED, domain: 'EACCES' },
    since: 4,
    attempt: () => tcp('bind', 0),
  },
  {
    name: 'binds a TCP port, the family unspecified',
    refused: { ...UNDECLARED, domain: 'EACCES' },
    since: 4,
    attempt: ({ ports }) =>
      withSocket(AF_INET, SOCK_STREAM, 0, socket => {
        const anywhere = Buffer.alloc(16)
        anywhere.writeUInt16BE(ports.free, 2)
        call('bind', socket, anywhere, anywhere.length)
      }),
  },
  {
    name: 'connects to a TCP port of IPv4 by a socket of IPv6',
    needs: '/proc/net/if_inet6',
    refused: { ...UNDECLARED, domain: 'EACCES' },
    since: 4,
    attempt: ({ ports }) =>
      withSocket(AF_INET6, SOCK_STREAM, 0, socket => {
        const address = loopback(AF_INET6, ports.undeclared)
        Buffer.from('ffff7f000001', 'hex').copy(address, 18)
        call('connect', socket, address, address.length)
      }),
  },
  {
    name: 'connects to a TCP port by MPTCP',
    needs: '/proc/sys/net/mptcp/enabled',
    refused: { filter: 'EPERM' },
    attempt: ({ ports }) => tcp('connect', ports.undeclared, AF_INET, IPPROTO_MPTCP),
  },
  {
    name: 'connects to an abstract unix socket',
    refused: { filter: 'EPERM', domain: 'EPERM' },
    since: 6,
    attempt: ({ abstract }) => unix(`\0${abstract}`),
  },
  {
    name: 'connects to a unix socket in a folder that it may not write',
    refused: { filter: 'EPERM', domain: 'EACCES' },
    since: 9,
    attempt: ({ socket }) => unix(`${socket}\0`),
  },
  {
    name: 'sends to a TCP port without connecting (MSG_FASTOPEN)',
    refused: { filter: 'EPERM' },
    attempt: ({ ports }) =>
      withSocket(AF_INET, SOCK_STREAM, 0, socket => {
        const address = loopback(AF_INET, ports.undeclared)
        call('sendto', socket, Buffer.from('data'), 4, MSG_FASTOPEN, address, address.length)
      }),
  },
  {
    name: 'listens on a TCP port without binding it',
    refused: UNDECLARED,
    limit:
      'where somebody declares a listener, the kernel binds any other to a port, which nothing sees',
    attempt: () => withSocket(AF_INET, SOCK_STREAM, 0, socket => call('listen', socket, 1)),
  },
  {
    name: 'sends to a UDP port',
    refused: UNDECLARED,
    limit: 'the domain decides about TCP alone, and the filter sees no addresses',
    attempt: ({ ports }) =>
      withSocket(AF_INET, SOCK_DGRAM, 0, socket => {
        const address = loopback(AF_INET, ports.undeclared)
        call('sendto', socket, Buffer.from('data'), 4, 0, address, address.length)
      }),
  },
  {
    name: 'asks the kernel for its addresses (routing netlink)',
    refused: UNDECLARED,
    limit: 'getaddrinfo asks for them wherever a network is declared',
    attempt: () => withSocket(AF_NETLINK, SOCK_RAW, 0, () => undefined),
  },
  {
    name: 'opens a debugger’s port (inspector)',
    refused: { ...UNDECLARED, domain: 'EACCES' },
    since: 4,
    attempt: ({ ports }) => debug(ports.free),
  },
]

/** What the configuration declares: it must go on working. */
export const DECLARED: readonly Attack[] = [
  ...connecting('connects to a declared TCP port', 'connects', UNDECLARED),
  {
    name: 'binds a declared TCP port',
    refused: UNDECLARED,
    attempt: ({ ports }) => tcp('bind', ports.listens),
  },
]

/** Node says on stderr alone that it could not open the port, so the error is that of binding it. */
function debug(port: number): void {
  open(port, '127.0.0.1')
  const isOpen = url() !== undefined
  close()
  if (isOpen) return
  tcp('bind', port)
  throw new Error('the debugger has no port')
}

function unix(name: string): void {
  withSocket(AF_UNIX, SOCK_STREAM, 0, socket => {
    const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(name)])
    call('connect', socket, address, address.length)
  })
}

function withSocket(
  family: number,
  type: number,
  protocol: number,
  use: (socket: number) => void,
): void {
  const socket = call('socket', family, type, protocol)
  try {
    use(socket)
  } finally {
    call('close', socket)
  }
}

/** A `struct sockaddr_in` or `sockaddr_in6` of the loopback interface. */
function loopback(family: number, port: number): Buffer {
  const address = Buffer.alloc(family === AF_INET ? 16 : 28)
  address.writeUInt16LE(family, 0)
  address.writeUInt16BE(port, 2)
  if (family === AF_INET) address.writeUInt32BE(0x7f000001, 4)
  else address[23] = 1
  return address
}
