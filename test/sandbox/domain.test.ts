import { expect } from 'chai'
import { type Domain, domainOf } from '../../lib/sandbox/domain.ts'
import { reachOf } from '../../lib/sandbox/reach.ts'
import { claims, LANDLOCK } from './reaches.ts'

// Bits of linux/landlock.h, as the header counts them.
const READ_FILE = 1 << 2
const BIND = 1 << 0
const CONNECT = 1 << 1
const ABSTRACT = 1 << 0
const SIGNAL = 1 << 1

/** By ABI: how many rights over files there are, from bit 0 on, and what else is decided about. */
const ABIS: readonly {
  readonly abi: number
  readonly fileRights: number
  readonly network: number
  readonly scoped: number
  readonly lacking: readonly RegExp[]
}[] = [
  {
    abi: 1,
    fileRights: 13,
    network: 0,
    scoped: 0,
    lacking: [/5\.19/, /6\.2\)/, /6\.7/, /6\.10/, /6\.12/],
  },
  { abi: 2, fileRights: 14, network: 0, scoped: 0, lacking: [/6\.2\)/, /6\.7/, /6\.10/, /6\.12/] },
  { abi: 3, fileRights: 15, network: 0, scoped: 0, lacking: [/6\.7/, /6\.10/, /6\.12/] },
  { abi: 4, fileRights: 15, network: BIND | CONNECT, scoped: 0, lacking: [/6\.10/, /6\.12/] },
  { abi: 5, fileRights: 16, network: BIND | CONNECT, scoped: 0, lacking: [/6\.12/] },
  { abi: 6, fileRights: 16, network: BIND | CONNECT, scoped: ABSTRACT | SIGNAL, lacking: [] },
  { abi: 7, fileRights: 16, network: BIND | CONNECT, scoped: ABSTRACT | SIGNAL, lacking: [] },
  { abi: 8, fileRights: 16, network: BIND | CONNECT, scoped: ABSTRACT | SIGNAL, lacking: [] },
  { abi: 9, fileRights: 17, network: BIND | CONNECT, scoped: ABSTRACT | SIGNAL, lacking: [] },
  { abi: 10, fileRights: 17, network: BIND | CONNECT, scoped: ABSTRACT | SIGNAL, lacking: [] },
]

const NOTHING = reachOf([], LANDLOCK)

const DECLARED = reachOf(
  claims(
    { why: 'posts', connects: 443 },
    { why: 'serves', listens: 80 },
    { why: 'asks', unix: '/run/docker.sock' },
    { why: 'keeps', writes: '/var/spool/one' },
    { why: 'starts', executes: '/usr/bin/true' },
  ),
  LANDLOCK,
)

const on = (abi: number, reach = NOTHING, sparesOwnSignals = true) =>
  domainOf(reach, { abi, sparesOwnSignals })

const rightsOf = ({ paths }: Domain, path: string) =>
  paths.filter(rule => rule.path === path).flatMap(({ rights }) => rights)

describe('sandbox: the domain of a reach', () => {
  for (const { abi, fileRights, network, scoped, lacking } of ABIS) {
    it(`ABI ${abi}: handles everything that it has, and names what it lacks`, () => {
      const domain = on(abi)
      expect(domain).to.deep.include({ abi, files: 2 ** fileRights - 1, network, scoped })
      expect(domain.lacking).to.have.lengthOf(lacking.length)
      for (const [at, pattern] of lacking.entries()) {
        expect(domain.lacking[at]).to.match(pattern)
      }
    })

    it(`ABI ${abi}: ${abi < 4 ? 'has no rules for ports' : 'allows the ports that are declared'}`, () => {
      const expected = [
        { port: 443, rights: CONNECT },
        { port: 80, rights: BIND },
      ]
      expect(on(abi, DECLARED).ports).to.deep.equal(abi < 4 ? [] : expected)
    })

    it(`ABI ${abi}: ${abi < 9 ? 'has no rule for a unix socket' : 'allows the unix socket'}`, () => {
      const rights = rightsOf(on(abi, DECLARED), '/run/docker.sock')
      expect(rights).to.deep.equal(abi < 9 ? [] : ['resolve_unix'])
    })
  }

  it('there is none before ABI 1', () => {
    expect(() => on(0)).to.throw(RangeError)
  })

  it('spares signals where they would not reach the own threads', () => {
    expect(on(6, NOTHING, false).scoped).to.equal(ABSTRACT)
    expect(on(6, NOTHING, true).scoped).to.equal(ABSTRACT | SIGNAL)
  })

  it('reads everywhere and writes /dev/null, if nothing is declared', () => {
    expect(on(7).paths).to.deep.equal([
      { path: '/', rights: ['read_file', 'read_dir'] },
      { path: '/dev/null', rights: ['write_file', 'read_file'] },
    ])
    expect(on(7).ports).to.deep.equal([])
  })

  it('lets a written folder have files, folders and links, but no sockets, fifos or devices', () => {
    const rights = rightsOf(on(7, DECLARED), '/var/spool/one')
    expect(rights).to.include.members(['read_file', 'write_file', 'truncate', 'make_reg', 'refer'])
    expect(rights.filter(right => /sock|fifo|char|block|ioctl|execute/.test(right))).to.deep.equal(
      [],
    )
  })

  it('starts what is declared, and nothing else', () => {
    const starts = on(7, DECLARED).paths.filter(({ rights }) => rights.includes('execute'))
    expect(starts.map(({ path }) => path)).to.deep.equal(['/usr/bin/true'])
  })

  it('reads what is named, where reading is restricted', () => {
    const domain = on(7, reachOf([], { ...LANDLOCK, reads: ['/srv'] }, ['/usr']))
    expect(rightsOf(domain, '/')).to.deep.equal([])
    expect(rightsOf(domain, '/srv')).to.deep.equal(['read_file', 'read_dir'])
    expect(rightsOf(domain, '/usr')).to.deep.equal(['read_file', 'read_dir'])
    expect(domain.files & READ_FILE).to.equal(READ_FILE)
  })

  it('leaves TCP alone in the direction that anybody may use', () => {
    const any = reachOf(claims({ why: 'posts', connects: 'any' }), LANDLOCK)
    expect(on(7, any).network).to.equal(BIND)
    expect(on(7, reachOf(claims({ why: 'talks', network: 'ip' }), LANDLOCK)).network).to.equal(0)
  })

  it('leaves abstract unix sockets alone once one is declared', () => {
    const reach = reachOf(claims({ why: 'asks', unix: '@bus' }), LANDLOCK)
    expect(on(9, reach).scoped).to.equal(SIGNAL)
    expect(rightsOf(on(9, reach), '@bus')).to.deep.equal([])
  })
})
