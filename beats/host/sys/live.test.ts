import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const PROGRAM = fileURLToPath(new URL('../testing/stepped.js', import.meta.url))

interface Sample {
  readonly said: string
  readonly events: readonly {
    readonly host?: { readonly network: Record<'ingress' | 'egress', { readonly packets: number }> }
    readonly system?: { readonly network: Interface }
  }[]
}
interface Interface {
  readonly name: string
  readonly in: Readonly<Record<string, number>>
  readonly out: Readonly<Record<string, number>>
}

describe('host: interfaces on this host', () => {
  before(function () {
    if (isAble()) return
    console.log('    skipped: takes root, a network namespace and ip(8)')
    this.skip()
  })

  /** One sample after each command, in a network of its own. */
  const sampled = (...commands: readonly string[]): readonly Sample[] => {
    const program = ['exec', process.execPath, PROGRAM, 'network', ...commands.map(quoted)].join(
      ' ',
    )
    const inside = ['sh', '-c', `mount -t sysfs sysfs /sys && ${program}`]
    const options = { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' } as const
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--net', '--mount', '--propagation', 'private', ...inside],
      options,
    )
    expect(status, stderr).to.equal(0)
    return JSON.parse(stdout)
  }
  const RENAME =
    'ip link set va down; ip link set va name lan; ip addr replace 10.9.9.1/24 dev lan; ip link set lan up'
  /** A few datagrams from one end to the other, which nobody answers: IPv6 finds nobody either. */
  const UP =
    'ip link add va type veth peer name vb; ip addr add 10.9.9.1/24 dev va; ip link set va up; ip link set vb up'
  const SEND = `const socket = require('dgram').createSocket('udp4')
    for (const last of [0, 0, 1]) socket.send('x'.repeat(100), 9, '10.9.9.2', () => last && process.exit())`
  const traffic = (name: string): string =>
    `ip neigh replace 10.9.9.2 lladdr 02:00:00:00:00:01 dev ${name}; ${process.execPath} -e "${SEND}"`

  it('agree with ip -s link, three times', () => {
    const look = 'ip -s -j link'
    const samples = sampled(`${UP}; sleep 0.2; ${look}`, look, `${traffic('va')}; ${look}`, look)
    const agreeing = samples.filter(({ said, events }) => {
      const [ours, ips] = [events.flatMap(ofInterface), JSON.parse(said).map(ofIp)]
      return JSON.stringify(ours.toSorted()) === JSON.stringify(ips.toSorted())
    })
    expect(agreeing.length, JSON.stringify(samples)).to.be.at.least(3)
  })

  it('are followed when they are renamed, and are others under the same name', () => {
    const quiet = 'sysctl -qw net.ipv6.conf.default.disable_ipv6=1 || true'
    const samples = sampled(
      `${quiet}; ${UP}; ${traffic('va')}`,
      // The rename and what it has sent since fall between two samples.
      `${RENAME}; ${traffic('lan')}`,
      `ip link del lan; ${UP}; ${RENAME}; ${traffic('lan')}; ${traffic('lan')}; ${traffic('lan')}`,
      traffic('lan'),
    )
    const sent = samples.map(({ events }) => events.at(-1)?.host?.network.egress.packets)
    const [first, renamed, replaced, last] = sent
    expect(first).to.equal(undefined)
    expect(renamed).to.be.within(3, 20)
    expect(replaced).to.equal(0)
    expect(last).to.be.within(3, 20)
  })
})

function ofInterface({ system }: Sample['events'][number]): readonly string[] {
  if (system === undefined) return []
  const { name, in: received, out } = system.network
  return [[name, ...Object.values(received), ...Object.values(out)].join(' ')]
}

interface IpLink {
  readonly ifname: string
  readonly stats64: Record<'rx' | 'tx', Readonly<Record<string, number>>>
}

function ofIp({ ifname, stats64: { rx, tx } }: IpLink): string {
  const of = (way: Readonly<Record<string, number>>) =>
    ['bytes', 'packets', 'errors', 'dropped'].map(name => way[name])
  return [ifname, ...of(rx), ...of(tx)].join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function isAble(): boolean {
  if (
    process.platform !== 'linux' ||
    !readFileSync('/proc/filesystems', 'utf8').includes('sysfs')
  ) {
    return false
  }
  const script = 'ip link add va type veth peer name vb && mount -t sysfs sysfs /sys'
  return spawnSync('unshare', ['--net', '--mount', 'sh', '-c', script]).status === 0
}
