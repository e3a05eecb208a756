import { expect } from 'chai'
import { reachOf } from '../../lib/sandbox/reach.ts'
import { claims, LANDLOCK } from './reaches.ts'

describe('sandbox: the reach of an agent', () => {
  it('is nothing but reading, if nothing is declared', () => {
    expect(reachOf([], LANDLOCK)).to.deep.equal({
      reads: undefined,
      writes: [],
      executes: [],
      connects: [],
      listens: [],
      anyPorts: [],
      unix: [],
      families: [],
      inside: [],
      capabilities: [],
    })
  })

  it('is what the plugins declare and the configuration adds, with who and why', () => {
    const declared = claims(
      { why: 'its spool', writes: '/var/spool/one' },
      { why: 'posts', connects: 443 },
      { why: 'serves', listens: 8080 },
      { why: 'asks', unix: '/run/one.sock' },
      { why: 'asks it', executes: '/usr/bin/one' },
    )
    const more = { ...LANDLOCK, writes: ['/srv'], connects: [9200], listens: [514] }
    const reach = reachOf(declared, more)
    const who = 'beat one'
    expect(reach.writes).to.deep.equal([
      { what: '/var/spool/one', who, why: 'its spool' },
      { what: '/srv', who: 'landlock.writes', why: 'configured' },
    ])
    expect(reach.connects?.map(({ what }) => what)).to.deep.equal([443, 9200])
    expect(reach.listens?.map(({ what }) => what)).to.deep.equal([8080, 514])
    expect(reach.unix).to.deep.equal([{ what: '/run/one.sock', who, why: 'asks' }])
    expect(reach.executes).to.deep.equal([{ what: '/usr/bin/one', who, why: 'asks it' }])
  })

  it('reads what is declared only where landlock.reads restricts reading', () => {
    const declared = claims({ why: 'its log', reads: '/var/log/one' })
    expect(reachOf(declared, LANDLOCK, ['/usr']).reads).to.equal(undefined)
    const { reads } = reachOf(declared, { ...LANDLOCK, reads: ['/srv'] }, ['/usr'])
    expect(reads?.map(({ what, who }) => [what, who])).to.deep.equal([
      ['/usr', 'agent'],
      ['/var/log/one', 'beat one'],
      ['/srv', 'landlock.reads'],
    ])
  })

  it('has every port with network: ip, and every port of others with connects: any', () => {
    const ip = reachOf(claims({ why: 'talks', network: 'ip' }), LANDLOCK)
    expect([ip.connects, ip.listens]).to.deep.equal([undefined, undefined])
    const any = reachOf(claims({ why: 'posts', connects: 'any' }), LANDLOCK)
    expect([any.connects, any.listens]).to.deep.equal([undefined, []])
  })

  it('keeps a capability unless it is for open alone', () => {
    const { capabilities } = reachOf(
      claims(
        { why: 'binds', capability: 'CAP_NET_BIND_SERVICE', during: 'open' },
        { why: 'pings', capability: 'CAP_NET_RAW', during: 'run' },
        { why: 'listens', capability: 'CAP_AUDIT_READ' },
      ),
      LANDLOCK,
    )
    expect(capabilities.map(({ what }) => what)).to.deep.equal(['CAP_NET_RAW', 'CAP_AUDIT_READ'])
  })

  it('knows who looks inside other processes, and nobody else', () => {
    const reach = reachOf(
      claims({ why: 'all of it', proc: 'inside' }, { why: 'as ps does', proc: 'processes' }),
      LANDLOCK,
    )
    expect(reach.inside).to.deep.equal([{ what: 'inside', who: 'beat one', why: 'all of it' }])
  })
})
