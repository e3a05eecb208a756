import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import type { Event } from 'sealbeat'
import { checkBeat, runBeat } from 'sealbeat/testing'
import host from './index.ts'
import { DEFAULT_METRICSETS, METRICSETS } from './metricsets/all.ts'
import { deviceOfTrees } from './testing/tree.ts'

const FILES = {
  'proc/stat': 'cpu  10 0 10 70 0 0 0 0 0 0\ncpu0 5 0 5 35 0 0 0 0\ncpu1 5 0 5 35 0 0 0 0\n',
  'proc/loadavg': '1.00 0.50 0.25 1/9 77\n',
  'proc/meminfo': 'MemTotal: 4 kB\nMemFree: 1 kB\n',
  'proc/uptime': '12.5 9.0\n',
  'proc/filesystems': 'nodev\tproc\nnodev\ttmpfs\n\text4\n',
  'proc/diskstats': '8 0 sda 1 0 8 1 1 0 16 1 0 2 2\n7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n',
  'proc/1/mountinfo':
    `21 1 ${deviceOfTrees()} / / rw - ext4 /dev/sda rw\n22 21 0:5 / /proc rw - proc proc rw\n` +
    '23 21 8:16 / /gone rw - ext4 /dev/sdb rw\n',
  'proc/1/net/dev': 'eth0: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n',
  'proc/1/stat': '1 (init) S 0 1\n',
  'proc/7/stat': '7 (sh) R 1 1\n',
}

describe('host', () => {
  let hostfs: string
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(hostfs, path)), { recursive: true })
    await writeFile(join(hostfs, path), text)
  }

  beforeEach(async () => {
    hostfs = await mkdtemp(join(tmpdir(), 'host-beat-'))
    for (const [path, text] of Object.entries(FILES)) await write(path, text)
  })
  afterEach(() => rm(hostfs, { recursive: true }))

  it('keeps the contract', () => checkBeat(host, { config: { period: '20ms' } }))

  it('keeps it with every metricset', () =>
    checkBeat(host, { config: { period: '20ms', metricsets: [...METRICSETS] } }))

  it('publishes the second of two samples in a round, with the sums since the first', async () => {
    const events = await runBeat(host, { hostfs, period: '10ms' }, { once: true })
    expect(events.map(dataset)).to.deep.equal([
      ...['load', 'memory', 'filesystem', 'diskio', 'diskio', 'network', 'network', 'uptime'],
      'process_summary',
    ])
    expect(new Set(events.map(event => event['@timestamp'])).size).to.equal(1)
  })

  it("measures the host from inside a container, whose own root is another's", async () => {
    const events = await runBeat(host, { hostfs, period: '1h' }, { count: 1 })
    expect(events.map(dataset)).to.deep.equal([
      ...['load', 'memory', 'filesystem', 'diskio', 'network', 'uptime', 'process_summary'],
    ])
    const system: unknown = Object.assign({}, ...events.map(event => event['system']))
    expect(system).to.deep.include({
      load: { cores: 2, 1: 1, 5: 0.5, 15: 0.25, norm: { 1: 0.5, 5: 0.25, 15: 0.125 } },
      uptime: { duration: { ms: 12500 } },
      diskio: {
        name: 'sda',
        read: { count: 1, bytes: 4096, time: 1 },
        write: { count: 1, bytes: 8192, time: 1 },
        io: { time: 2, ops: 0 },
      },
      network: {
        name: 'eth0',
        in: { bytes: 10, packets: 1, errors: 0, dropped: 0 },
        out: { bytes: 20, packets: 2, errors: 0, dropped: 0 },
      },
    })
    expect(system).to.have.nested.property('filesystem.mount_point', '/')
    expect(system).to.deep.nested.include({ 'process.summary.total': 2 })
    expect(system).to.deep.nested.include({ 'process.summary.running': 1 })
  })

  it('reports changes from the second tick on, all with the same timestamp', async () => {
    const config = { hostfs, period: '50ms', metricsets: ['cpu', 'diskio', 'network'] }
    const events = await runBeat(host, config, {
      until: all => {
        writeFileSync(join(hostfs, 'proc/stat'), 'cpu  10 0 20 160 0 0 0 0 0 0\ncpu0 1\n')
        return all.some(event => dataset(event) === 'cpu')
      },
    })
    const last = events.filter(event => event['@timestamp'] === events.at(-1)?.['@timestamp'])
    expect(last.map(dataset)).to.deep.equal(['cpu', 'diskio', 'diskio', 'network', 'network'])
    expect(last[0]).to.have.nested.property('host.cpu.usage', 0.1)
    expect(last[2]).to.have.deep.nested.property('host.disk', {
      read: { bytes: 0 },
      write: { bytes: 0 },
    })
    expect(last[0]).to.have.deep.property('metricset', { name: 'cpu', period: 50 })
    expect(last[0]).to.have.nested.property('event.duration').that.is.above(0)
  })

  it('goes on with the rest if a file is missing or malformed', async () => {
    await rm(join(hostfs, 'proc/diskstats'))
    await write('proc/meminfo', 'Odd: 1 kB\n')
    const events = await runBeat(host, { hostfs, period: '1h' }, { count: 1 })
    const measured = new Set(events.map(dataset))
    expect(DEFAULT_METRICSETS.filter(name => !measured.has(name))).to.deep.equal([
      'cpu',
      'memory',
      'diskio',
    ])
  })

  it('reports the filesystem types that are not ignored', async () => {
    const config = { hostfs, period: '1h', metricsets: ['filesystem'] }
    const mounts = ['/ ext4 /dev/sda', '/a nfs nas:/a', '/b nfs4 nas:/b'].map((line, at) => {
      const [point, type, source] = line.split(' ')
      return `${21 + at} ${20 + at} ${deviceOfTrees()} / ${point} rw - ${type} ${source} rw\n`
    })
    await write('proc/1/mountinfo', mounts.join(''))
    for (const folder of ['a', 'b']) await mkdir(join(hostfs, folder))
    const some = await runBeat(
      host,
      { ...config, filesystem: { ignore_types: ['ext4', 'nfs'] } },
      { count: 1 },
    )
    const all = await runBeat(host, { ...config, filesystem: { ignore_types: [] } }, { count: 1 })
    const points = (events: readonly Event[]) =>
      events.map(event => JSON.stringify(event).match(/"mount_point":"(.*?)"/)?.[1])
    expect(points(some)).to.deep.equal(['/b'])
    expect(points(all)).to.deep.equal(['/', '/a', '/b'])
  })

  it('refuses an invalid section', async () => {
    const bad = { period: '0s', metricsets: ['cpu', 'disks'], hostfs: '' }
    const error: unknown = await runBeat(host, bad).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('code', 'CONFIG_INVALID')
    expect(error).to.have.property('problems').with.lengthOf(3)
  })

  it('has every setting in its config.yml', async () => {
    const text = await readFile('beats/host/config.yml', 'utf8')
    const top = ['by_cpu', 'by_memory'].map(name => `process.include_top_n.${name}`)
    for (const key of ['period', 'metricsets', 'hostfs', 'filesystem.ignore_types', ...top]) {
      expect(text).to.match(new RegExp(`^ *#? *${key}:`, 'm'))
    }
    for (const name of METRICSETS) expect(text).to.include(name)
  })
})

/** `cpu` of `event.dataset: host.cpu`. */
function dataset(event: Event): string | undefined {
  return /"dataset":"host\.(\w+)"/.exec(JSON.stringify(event))?.[1]
}
