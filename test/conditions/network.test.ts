import { expect } from 'chai'
import { parseNetwork } from '../../lib/conditions/network.ts'

/** Which of the networks with names each address is in, as Go's `net.IP` and Beats tell them apart. */
const TABLE: readonly (readonly [address: string, ...networks: readonly string[]])[] = [
  ['127.0.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['::', 'unspecified'],
  ['255.255.255.255'],
  ['10.0.0.1', 'private', 'unicast', 'global_unicast'],
  ['172.16.0.1', 'private', 'unicast', 'global_unicast'],
  ['172.32.0.1', 'public', 'unicast', 'global_unicast'],
  ['192.168.255.255', 'private', 'unicast', 'global_unicast'],
  ['fd12::1', 'private', 'unicast', 'global_unicast'],
  ['fc00::1', 'public', 'unicast', 'global_unicast'],
  ['8.8.8.8', 'public', 'unicast', 'global_unicast'],
  ['::ffff:8.8.8.8', 'public', 'unicast', 'global_unicast'],
  ['2001:db8::1', 'public', 'unicast', 'global_unicast'],
  ['169.254.1.1', 'link_local_unicast'],
  ['fe80::1', 'link_local_unicast'],
  ['fec0::1', 'public', 'unicast', 'global_unicast'],
  ['224.0.0.5', 'multicast', 'link_local_multicast'],
  ['224.0.1.1', 'multicast', 'public'],
  ['ff01::1', 'multicast', 'interface_local_multicast'],
  ['ff11::1', 'multicast', 'interface_local_multicast'],
  ['ff02::1', 'multicast', 'link_local_multicast'],
  ['fff2::1', 'multicast', 'link_local_multicast'],
  ['ff05::1', 'multicast', 'public'],
]

const NAMES = [
  ...['loopback', 'unspecified', 'private', 'public', 'unicast', 'global_unicast'],
  ...['link_local_unicast', 'multicast', 'link_local_multicast', 'interface_local_multicast'],
]

describe('conditions: networks with names', () => {
  for (const [ip, ...networks] of TABLE) {
    it(`${ip} is in ${networks.join(', ') || 'none'}`, async () => {
      const found: string[] = []
      for (const name of NAMES) {
        const condition = await parseNetwork({ ip: name }, [], (_, message) => expect.fail(message))
        if (condition?.({ ip })) found.push(name)
      }
      expect(found).to.have.members(networks)
    })
  }

  it('have nothing in them that is no address', async () => {
    for (const ip of ['', 'localhost', '1.2.3', '256.1.1.1', 'fe80::g', 7, null, {}, []]) {
      for (const name of NAMES) {
        const condition = await parseNetwork({ ip: name }, [], (_, message) => expect.fail(message))
        expect(condition?.({ ip }), `${ip} in ${name}`).to.equal(false)
      }
    }
  })
})
