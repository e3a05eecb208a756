import { expect } from 'chai'
import { grantsOf, type Reasons } from '../../../lib/packaging/unit/grants.ts'
import { EVERYTHING, planOf } from './granted.ts'

describe('what a unit grants', () => {
  it('is what the enabled beats and the output declare with their settings, with the reasons', async () => {
    const { sockets, ...grants } = grantsOf(await planOf(EVERYTHING))
    expect(sockets).to.deep.equal([])
    const plain = Object.entries(grants).map(([key, reasons]: [string, Reasons]) => {
      return [key, Object.fromEntries(reasons)]
    })
    expect(Object.fromEntries(plain)).to.deep.equal({
      capabilities: { CAP_NET_BIND_SERVICE: 'beat web: port 443; beat other: port 80' },
      addressFamilies: { AF_PACKET: 'beat web: looks; beat other: looks' },
      network: { ip: 'beat web: answers HTTP; beat other: answers HTTP' },
      groups: { adm: 'beat web: reads logs; beat other: reads logs' },
      writes: {
        '/srv/events': 'output file: its files',
        '/srv/my "100%" spool': 'beat web: keeps  them; beat other: keeps  them',
      },
      sees: {},
      proc: { system: 'beat host: reads measurements of the host from /proc' },
    })
  })

  it('is a network for a port to connect to or to listen at, and /proc for what is inside processes', async () => {
    const grants = grantsOf(await planOf('beats: [{ type: ./sealed.js }]\noutput.console: {}\n'))
    expect(Object.fromEntries(grants.network)).to.deep.equal({
      'connects 443': 'beat sealed: sends',
      'listens 8080': 'beat sealed: answers',
    })
    expect(Object.fromEntries(grants.proc)).to.deep.equal({
      inside: 'beat sealed: looks into processes',
    })
    expect([...grants.capabilities.keys()]).to.deep.equal(['CAP_SYS_PTRACE'])
  })

  it('is a socket of its own for each plugin that joins a group of netlink, and no capability', async () => {
    const two =
      'beats: [{ type: audit }, { type: audit, id: small, buffer: 64KiB }]\noutput.console: {}\n'
    const { sockets, capabilities, addressFamilies } = grantsOf(await planOf(two))
    expect(sockets).to.deep.equal(
      [
        { bufferBytes: 8 * 1024 * 1024, reason: 'beat audit: reads the records of the kernel' },
        { bufferBytes: 64 * 1024, reason: 'beat small: reads the records of the kernel' },
      ].map(each => ({ netlink: 'audit 1', ...each })),
    )
    expect([...capabilities, ...addressFamilies]).to.deep.equal([])
  })

  it('is a sight of the mounts for who measures filesystems', async () => {
    const sight = async (metricset: string) => {
      const beats = `beats: [{ type: host, metricsets: [${metricset}] }]`
      return Object.fromEntries(grantsOf(await planOf(`${beats}\noutput.console: {}\n`)).sees)
    }
    expect(await sight('cpu')).to.deep.equal({})
    expect(await sight('filesystem')).to.deep.equal({
      mounts: 'beat host: measures what is mounted, in homes as well (filesystem)',
    })
  })

  it('is nothing where nothing is declared', async () => {
    const plan = await planOf('beats: [{ type: ./beats/own.js }]\noutput.file: { path: events }\n')
    for (const granted of Object.values(grantsOf(plan))) expect([...granted]).to.deep.equal([])
  })
})
