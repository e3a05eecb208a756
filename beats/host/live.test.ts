import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { runBeat } from 'sealbeat/testing'
import host from './index.ts'

/** The fields below `system` in one event. */
type Sample = Readonly<Record<string, unknown>>

/** Others write to the disks of a busy host for seconds without a pause. */
const QUIET_MS = 20_000

/**
 * Reads a value before and after `sample`, and repeats that until the host is quiet enough for both readings
 * and the sample to agree. A wrong sample never agrees.
 */
async function between<T>(read: () => T, sample: () => Promise<T>): Promise<void> {
  let last: readonly [T, T] | undefined
  for (const begin = performance.now(); performance.now() < begin + QUIET_MS; ) {
    const before = read()
    const measured = await sample()
    const after = read()
    last = [measured, after]
    const [first, ...others] = [before, measured, after].map(each => JSON.stringify(each))
    if (others.every(each => each === first)) return
  }
  // They never agreed: the comparison with the last reading shows the difference.
  expect(last?.[0]).to.deep.equal(last?.[1])
}

async function measure(metricset: string): Promise<readonly Sample[]> {
  const config = { metricsets: [metricset], period: '1h' }
  const events = await runBeat(host, config, { count: 1 })
  return events.map(({ system }) => ({ ...(system as object) }))
}

describe('host: on this host', function () {
  this.timeout(60_000)
  before(function () {
    if (process.platform === 'linux') return
    console.log('    skipped: there is no /proc here')
    this.skip()
  })

  it('filesystem agrees with df', async () => {
    const df = (): readonly string[] => {
      const columns = '--output=target,source,fstype,size,used,avail,pcent,itotal,iavail'
      const text = execFileSync('df', ['-B1', columns], { encoding: 'utf8' })
      return text
        .split('\n')
        .slice(1)
        .filter(Boolean)
        .map(line => line.replace(/\s+/g, ' '))
    }
    const nodev = new Set(
      readFileSync('/proc/filesystems', 'utf8')
        .split('\n')
        .filter(line => line.startsWith('nodev'))
        .map(line => line.slice(6)),
    )
    const sample = async (): Promise<readonly string[]> =>
      (await measure('filesystem')).map(({ filesystem }) => dfLine(filesystem as DfColumns)).sort()
    await between(
      () =>
        df()
          .filter(line => !nodev.has(line.split(' ')[2] ?? ''))
          .sort(),
      sample,
    )
  })

  it('network agrees with /proc/net/dev', async () => {
    const read = (): readonly string[] =>
      readFileSync('/proc/net/dev', 'utf8')
        .split('\n')
        .slice(2)
        .filter(Boolean)
        .map(line => {
          const [name, ...columns] = line.trim().split(/[\s:]+/)
          return [name, ...columns.slice(0, 4), ...columns.slice(8, 12)].join(' ')
        })
    const sample = async (): Promise<readonly string[]> =>
      (await measure('network')).map(({ network }) => {
        const { name, in: ingress, out } = network as Record<'name' | 'in' | 'out', object>
        return [name, ...Object.values(ingress), ...Object.values(out)].join(' ')
      })
    await between(read, sample)
  })

  it('uptime and memory lie between the values before and after', async () => {
    const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
    const before = uptime()
    const [up] = await measure('uptime')
    expect(up)
      .to.have.nested.property('uptime.duration.ms')
      .that.is.within(before - 1, uptime() + 1)
    const total = /MemTotal: +(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    const [memory] = await measure('memory')
    expect(memory).to.have.nested.property('memory.total', Number(total) * 1024)
  })

  it('memory is what free(1) says, as near as it stands still', async function () {
    const read = (): readonly (readonly number[])[] =>
      execFileSync('sh', ['-c', 'free -b || true'], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .slice(1)
        .map(line => line.split(/\s+/).slice(1).map(Number))
    if (read().length < 2) {
      console.log('    skipped: takes free(1)')
      return this.skip()
    }
    const ofSwap = async (): Promise<readonly (number | undefined)[]> => {
      const [{ memory } = {}] = await measure('memory')
      const { total, swap } = memory as MemoryFields
      return [total, swap.total, swap.used.bytes, swap.free]
    }
    await between(() => [read()[0]?.[0], ...(read()[1] ?? [])], ofSwap)
    const [before = []] = read()
    const [{ memory } = {}] = await measure('memory')
    const [after = []] = read()
    const { total, free, actual } = memory as MemoryFields
    // Others take and give memory meanwhile.
    const isNear = (figure: number, column: number): void => {
      const [first, last] = [before[column] ?? 0, after[column] ?? 0]
      const near = 64 * 1024 * 1024
      expect(figure).to.be.within(Math.min(first, last) - near, Math.max(first, last) + near)
    }
    isNear(free, 2)
    isNear(actual.free, 5)
    expect(actual.used.bytes + actual.free).to.equal(total)
  })

  it('diskio counts no less than before and no more than after', async () => {
    // Not from /proc/diskstats, which the beat reads.
    const read = (): ReadonlyMap<string, readonly number[]> =>
      new Map(
        readdirSync('/sys/class/block').map(entry => {
          const text = readFileSync(`/sys/class/block/${entry}/stat`, 'utf8')
          const columns = text.trim().split(/\s+/)
          const values = [0, 2, 3, 4, 6, 7].map(
            at => Number(columns[at]) * (at % 4 === 2 ? 512 : 1),
          )
          return [entry.replaceAll('!', '/'), values]
        }),
      )
    const before = read()
    const measured = await measure('diskio')
    const after = read()
    expect(measured).not.to.have.lengthOf(0)
    for (const { diskio } of measured) {
      const { name, read: reads, write } = diskio as Record<'name' | 'read' | 'write', object>
      const values = [...Object.values(reads), ...Object.values(write)]
      values.forEach((value, at) => {
        const least = before.get(String(name))?.[at]
        expect(value, `${name} ${at}`).to.be.within(least ?? 0, after.get(String(name))?.[at] ?? 0)
      })
    }
  })

  it('diskio has what iostat(1) has read and written since boot, three times', async function () {
    const read = (): ReadonlyMap<string, readonly number[]> => {
      const text = execFileSync('sh', ['-c', 'LC_ALL=C iostat -d -k -p ALL -o JSON || true'], {
        encoding: 'utf8',
      })
      const disks: readonly IostatDisk[] =
        text === '' ? [] : JSON.parse(text).sysstat.hosts[0].statistics[0].disk
      return new Map(disks.map(each => [each.disk_device, [each.kB_read, each.kB_wrtn]]))
    }
    if (read().size === 0) {
      console.log('    skipped: takes iostat(1) with JSON, and disks')
      return this.skip()
    }
    for (let round = 0; round < 3; round++) {
      const before = read()
      const measured = await measure('diskio')
      const after = read()
      expect(measured).not.to.have.lengthOf(0)
      for (const { diskio } of measured) {
        const { name, read: reads, write } = diskio as DiskFields
        // In units of 1024 bytes, rounded down.
        const ours = [reads.bytes, write.bytes].map(bytes => Math.floor(bytes / 1024))
        ours.forEach((value, at) => {
          const [least = Number.NaN, most = Number.NaN] = [before, after].map(
            each => each.get(name)?.[at] ?? Number.NaN,
          )
          expect(value, `${name} ${at}`).to.be.within(least, most)
        })
      }
    }
  })

  it('the states of the CPUs add up to all of their time', async () => {
    const config = { metricsets: ['cpu'], period: '100ms' }
    const [event] = await runBeat(host, config, { count: 1 })
    const { cores, total, ...states } = Object(event?.['system']).cpu as CpuFields
    const lines = readFileSync('/proc/stat', 'utf8').match(/^cpu\d/gm)
    expect(cores).to.equal(lines?.length)
    const sum = Object.values(states).reduce((all, { pct }) => all + pct, 0)
    expect(sum).to.be.closeTo(cores, 0.001)
    expect(event).to.have.nested.property('host.cpu.usage', total.norm.pct)
    expect(total.pct).to.be.closeTo(cores - states.idle.pct - states.iowait.pct, 0.001)
  })

  it('the states of process_summary add up to its total', async () => {
    const [sample] = await measure('process_summary')
    const { total, ...states } = Object(sample?.['process']).summary as Record<string, number>
    expect(Object.values(states).reduce((all, count) => all + count, 0)).to.equal(total)
    expect(states).to.have.property('unknown', 0)
    expect(states).to.have.property('running').that.is.at.least(1)
  })
})

interface IostatDisk {
  readonly disk_device: string
  readonly kB_read: number
  readonly kB_wrtn: number
}

interface DiskFields {
  readonly name: string
  readonly read: { readonly bytes: number }
  readonly write: { readonly bytes: number }
}

interface MemoryFields {
  readonly total: number
  readonly free: number
  readonly actual: { readonly free: number; readonly used: { readonly bytes: number } }
  readonly swap: {
    readonly total: number
    readonly free: number
    readonly used: { readonly bytes: number }
  }
}

type DfColumns = Readonly<Record<string, number>> & {
  readonly used: { bytes: number; pct: number }
}

function dfLine(fields: DfColumns): string {
  const { mount_point, device_name, type, total, used, available, files, free_files } = fields
  // df rounds up.
  const percent = `${Math.ceil((100 * used.bytes) / (used.bytes + Number(available)))}%`
  const columns = [mount_point, device_name, type, total, used.bytes, available, percent, files]
  return [...columns, free_files].join(' ')
}

interface Share {
  readonly pct: number
  readonly norm: { readonly pct: number }
}
type CpuFields = { readonly cores: number } & Readonly<Record<'total' | 'idle' | 'iowait', Share>>
