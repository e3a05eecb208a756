import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { socketLayer } from '../../../lib/seccomp/policy/sockets.ts'
import { policy } from './policies.ts'

describe('the layer of sockets', () => {
  it('has the families of linux/socket.h, and none for a rule that tells no family that it knows', async () => {
    const family = (value: number) => ({
      name: 'socket',
      arguments: [{ argument: 0, operation: 'Equal', value }],
    })
    const type = { name: 'socket', arguments: [{ argument: 1, operation: 'Equal', value: 1 }] }
    const named = [...[1, 2, 10, 16, 17].map(family), type]
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
})
