// Ways over the network and to other processes' sockets.
import type { Attack, Scene } from './attack.ts'
import { call } from './calls.ts'

const [AF_UNIX, AF_INET, AF_INET6] = [1, 2, 10]
const [SOCK_STREAM, SOCK_DGRAM, IPPROTO_MPTCP] = [1, 2, 262]
const MSG_FASTOPEN = 0x20000000

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
  ...connecting('connects to a TCP port', 'undeclared', { domain: 'EACCES' }),
  {
    name: 'binds a TCP port',
    refused: { domain: 'EACCES' },
    since: 4,
    attempt: ({ ports }) => tcp('bind', ports.free),
  },
  {
    name: 'binds any TCP port',
    refused: { domain: 'EACCES' },
    since: 4,
    attempt: () => tcp('bind', 0),
  },
  {
    name: 'binds a TCP port, the family unspecified',
    refused: { domain: 'EACCES' },
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
    refused: { domain: 'EACCES' },
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
    refused: { domain: 'EPERM' },
    since: 6,
    attempt: ({ abstract }) => unix(`\0${abstract}`),
  },
  {
    name: 'connects to a unix socket in a folder that it may not write',
    refused: { domain: 'EACCES' },
    since: 9,
    attempt: ({ socket }) => unix(`${socket}\0`),
  },
  {
    name: 'sends to a TCP port without connecting (MSG_FASTOPEN)',
    refused: {},
    limit: 'the domain refuses connect alone, and the filter allows sendto with any flags',
    attempt: ({ ports }) =>
      withSocket(AF_INET, SOCK_STREAM, 0, socket => {
        const address = loopback(AF_INET, ports.undeclared)
        call('sendto', socket, Buffer.from('data'), 4, MSG_FASTOPEN, address, address.length)
      }),
  },
  {
    name: 'listens on a TCP port without binding it',
    refused: {},
    limit: 'the kernel itself binds the port, which the domain does not see',
    attempt: () => withSocket(AF_INET, SOCK_STREAM, 0, socket => call('listen', socket, 1)),
  },
  {
    name: 'sends to a UDP port',
    refused: {},
    limit: 'the domain decides about TCP alone',
    attempt: ({ ports }) =>
      withSocket(AF_INET, SOCK_DGRAM, 0, socket => {
        const address = loopback(AF_INET, ports.undeclared)
        call('sendto', socket, Buffer.from('data'), 4, 0, address, address.length)
      }),
  },
]

/** What the configuration declares: it must go on working. */
export const DECLARED: readonly Attack[] = [
  ...connecting('connects to a declared TCP port', 'connects', {}),
  {
    name: 'binds a declared TCP port',
    refused: {},
    attempt: ({ ports }) => tcp('bind', ports.listens),
  },
]

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
