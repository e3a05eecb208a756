import { expect } from 'chai'
import { declaredSockets } from '../../lib/agent/declared-sockets.ts'
import type { LandlockConfig } from '../../lib/config/config.ts'
import type { Privilege } from '../../lib/plugin.ts'
import { reachOf } from '../../lib/sandbox/reach.ts'
import { LANDLOCK } from '../sandbox/reaches.ts'

type Declared = Privilege extends infer P ? Omit<P & Privilege, 'why'> : never

describe('the sockets that a reach takes', () => {
  function sockets(privileges: readonly Declared[], landlock: Partial<LandlockConfig> = {}) {
    const claims = privileges.map((each, at) => {
      return { title: `beat ${at}`, privilege: { ...each, why: 'works' } as Privilege }
    })
    return declaredSockets(reachOf(claims, { ...LANDLOCK, ...landlock }))
  }
  const IP = ['AF_INET', 'AF_INET6', 'AF_NETLINK']

  const ROWS: readonly (readonly [
    declared: Declared,
    families: readonly string[],
    calls: string,
  ])[] = [
    [{ connects: 443 }, IP, 'connect bind'],
    [{ connects: 'any' }, IP, 'connect bind'],
    [{ listens: 80 }, IP, 'bind listen'],
    [{ network: 'ip' }, IP, 'connect bind listen'],
    [{ unix: '/run/x.sock' }, ['AF_UNIX'], 'connect bind listen'],
    [{ addressFamily: 'AF_NETLINK' }, ['AF_NETLINK'], 'connect bind'],
    [{ addressFamily: 'AF_UNIX' }, ['AF_UNIX'], 'connect bind'],
    // A family that no default policy knows: the plugin has to declare `socket` under `syscalls` too.
    [{ addressFamily: 'AF_PACKET' }, [], 'connect bind'],
    [{ writes: '/srv' }, [], ''],
    [{ netlink: 'audit 1', with: 'CAP_AUDIT_READ' }, [], ''],
  ]
  for (const [declared, families, calls] of ROWS) {
    it(`${JSON.stringify(declared)}: ${families.join(', ') || 'none'}; ${calls || 'no call'}`, () => {
      const { families: found, connect, bind, listen } = sockets([declared])
      expect(Object.keys(found)).to.deep.equal(families)
      const allowed = Object.entries({ connect, bind, listen }).filter(
        ([, who]) => who !== undefined,
      )
      expect(allowed.map(([call]) => call).join(' ')).to.equal(calls)
      for (const [, who] of [...allowed, ...Object.entries(found)]) {
        expect(who).to.equal('beat 0: works')
      }
    })
  }

  it('are those of everybody together, each with the first who asks', () => {
    const found = sockets([{ listens: 80 }, { connects: 443 }, { unix: '/run/x.sock' }])
    expect(found.connect).to.equal('beat 1: works')
    expect(found.listen).to.equal('beat 0: works')
    expect(found.families.AF_INET).to.equal('beat 1: works')
    expect(found.families.AF_UNIX).to.equal('beat 2: works')
  })

  it('are also those of the configuration', () => {
    const found = sockets([], { connects: [443] })
    expect(found.connect).to.equal('landlock.connects: configured')
    expect(found.listen).to.equal(undefined)
  })
})
