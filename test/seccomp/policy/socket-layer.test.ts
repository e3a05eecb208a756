import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { refusedSockets, type Sockets, socketLayer } from '../../../lib/seccomp/policy/sockets.ts'
import { policy } from './policies.ts'

const ALLOW_READ = { action: 'allow', names: ['read'] }

describe('the layer of sockets', () => {
  it('has the families of linux/socket.h, and none for a rule that tells no family that it knows', async () => {
    const family = (value: number) => ({
      name: 'socket',
      arguments: [{ argument: 0, operation: 'Equal', value }],
    })
    const type = { name: 'socket', arguments: [{ argument: 1, operation: 'Equal', value: 1 }] }
    // The first argument of any other call is no family.
    const other = { ...family(2), name: 'prctl' }
    const named = [...[1, 2, 10, 16, 17].map(family), type, other]
    const syscalls = [{ action: 'allow', names_with_args: named }]
    const builtin = policy({ default_action: 'errno', syscalls }, 'default')
    const families = { AF_UNIX: 'unix', AF_INET: 'four', AF_INET6: 'six', AF_NETLINK: 'netlink' }
    const sockets = { families, connect: undefined, bind: undefined, listen: undefined }
    const { rules } = socketLayer(await loadArchitecture('amd64'), builtin, sockets, 'errno')
    expect(
      rules
        .filter(({ conditions }) => conditions.length > 0)
        .map(({ conditions, origin }) => [Number(conditions[0]?.value), origin]),
    ).to.deep.equal([
      [1, 'unix'],
      [2, 'four'],
      [10, 'six'],
      [16, 'netlink'],
    ])
  })

  it('refuses the numbers of socketcall(2) that nobody declares, socket for any family at all', async () => {
    const builtin = policy({ default_action: 'errno', syscalls: [ALLOW_READ] }, 'default')
    const refused = async (sockets: Partial<Sockets>) => {
      const declared = { families: {}, connect: undefined, bind: undefined, listen: undefined }
      const on386 = await loadArchitecture('386')
      const { rules } = socketLayer(on386, builtin, { ...declared, ...sockets }, 'errno')
      return rules
        .filter(({ name }) => name === 'socketcall')
        .map(({ conditions }) => Number(conditions[0]?.value))
    }
    // linux/net.h: SYS_SOCKET 1, SYS_BIND 2, SYS_CONNECT 3, SYS_LISTEN 4.
    expect(await refused({})).to.have.members([1, 2, 3, 4])
    expect(await refused({ families: { AF_UNIX: 'x' } })).to.have.members([2, 3, 4])
    expect(await refused({ bind: 'x', connect: 'x' })).to.have.members([1, 4])
    expect(await refused({ listen: 'x' })).to.have.members([1, 2, 3])
  })
})

describe('what of sockets a policy refuses', () => {
  const ALL = { socket: {}, connect: {}, bind: {}, listen: {} }
  const only = (operation: string, value: number) => [{ argument: 0, operation, value }]
  const refused = async (calls: Readonly<Record<string, object>>) => {
    const syscalls = Object.entries(calls).map(
      ([name, { arguments: conditions }]: [string, { arguments?: unknown }]) =>
        conditions
          ? { action: 'allow', names_with_args: [{ name, arguments: conditions }] }
          : { action: 'allow', names: [name] },
    )
    const written = policy({ default_action: 'errno', syscalls: [ALLOW_READ, ...syscalls] })
    return [...refusedSockets(merge(await loadArchitecture('amd64'), [written]))]
  }

  it('is nothing where every call is allowed', async () => {
    expect(await refused(ALL)).to.deep.equal([])
  })

  it('is what takes a call that is not', async () => {
    const { socket, connect, bind, listen } = ALL
    expect(await refused({ connect, bind, listen })).to.deep.equal([
      'connects',
      'listens',
      'unix',
      'netlink',
    ])
    expect(await refused({ socket, bind, listen })).to.deep.equal(['connects', 'unix'])
    expect(await refused({ socket, connect, listen })).to.deep.equal(['listens'])
    expect(await refused({ socket, connect, bind })).to.deep.equal(['listens'])
  })

  it('is told by the family, if the first argument of socket decides', async () => {
    const socket = (operation: string, value: number) => ({
      ...ALL,
      socket: { arguments: only(operation, value) },
    })
    expect(await refused(socket('Equal', 2))).to.deep.equal(['unix', 'netlink'])
    expect(await refused(socket('Equal', 1))).to.deep.equal(['connects', 'listens', 'netlink'])
    expect(await refused(socket('Equal', 16))).to.deep.equal(['connects', 'listens', 'unix'])
    expect(await refused(socket('LessThan', 20)), 'any of them, perhaps').to.deep.equal([])
  })

  it('is not what some call may do', async () => {
    const connect = { arguments: only('Equal', 3) }
    expect(await refused({ ...ALL, connect })).to.deep.equal([])
    const socket = { arguments: [{ argument: 1, operation: 'Equal', value: 1 }] }
    expect(await refused({ ...ALL, socket })).to.deep.equal([])
  })
})
