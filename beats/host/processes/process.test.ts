import { expect } from 'chai'
import type { ProcessAnswer } from 'sealbeat/host'
import { process as processMetricset } from '../metricsets/process.ts'
import { pageBytes } from '../proc/page-size.ts'
import { sampled } from '../testing/tree.ts'

type Files = Readonly<Record<string, string | undefined>>

const SHELL: ProcessAnswer = {
  ...{ pid: 7, state: 'S', parentPid: 3, groupId: 5, threads: 2, start: 250 },
  ...{ ticks: 100, virtualBytes: 9000, residentPages: 10 },
}
const KERNEL_THREAD: ProcessAnswer = {
  ...{ pid: 9, state: 'I', parentPid: 2, groupId: 0, threads: 1, start: 0 },
  ...{ ticks: 4, virtualBytes: 0, residentPages: 5 },
}

const page = pageBytes() ?? 0

const HOST = {
  'proc/stat': 'cpu  10 0 10 70 0 0 0 0 0 0\ncpu0 1\ncpu1 1\nbtime 1000\n',
  'proc/meminfo': `MemTotal: ${(40 * page) / 1024} kB\nMemFree: 1 kB\n`,
}

const DETAILS = {
  'proc/7/comm': 'sh\n',
  'proc/7/cmdline': 'sh\0-c\0sleep 1\0\0',
  'proc/7/status': 'Name:\tUid: 5\nUid:\t1000\t0\t0\t0\nGid:\t44\t0\t0\t0\n',
  'proc/7/statm': '100 10 3 77 0 50 0\n',
  'proc/7/cgroup': '0::/a.service\n',
  'sys/fs/cgroup/a.service/memory.current': '4096\n',
  'proc/9/comm': 'kthreadd\n',
  'proc/9/cmdline': '',
}

/** What is reported in each of the samples, which the kernel answers at the times given. */
const reported = (
  files: Files,
  ...answers: readonly { readonly all: readonly ProcessAnswer[]; readonly ms: number }[]
) => {
  const next = answers.values()
  const processes = async () => next.next().value ?? expect.fail('asked too often')
  const steps = answers.map((_, at) => (at === 0 ? files : {}))
  return sampled(processMetricset, steps, { processes })
}

describe('host: process', () => {
  before(function () {
    if (page > 0) return
    console.log('    skipped: the size of a page is not known here')
    this.skip()
  })

  it('has the fields of Metricbeat, with sizes in bytes and times in milliseconds', async () => {
    const [, [shell, thread, ...others] = []] = await reported(
      { ...HOST, ...DETAILS },
      { all: [SHELL, KERNEL_THREAD], ms: 1000 },
      { all: [{ ...SHELL, ticks: 150 }, KERNEL_THREAD], ms: 2000 },
    )
    expect(others).to.deep.equal([])
    const startTime = '1970-01-01T00:16:42.500Z'
    const unknown = undefined
    expect(shell).to.deep.equal({
      process: {
        ...{ pid: 7, name: 'sh', pgid: 5, parent: { pid: 3 }, state: 'sleeping' },
        command_line: 'sh -c sleep 1',
        cpu: { pct: 0.25, start_time: startTime },
        memory: { pct: 0.25 },
      },
      user: { id: '1000' },
      system: {
        process: {
          ...{ state: 'sleeping', cmdline: 'sh -c sleep 1', num_threads: 2 },
          cpu: {
            total: { pct: 0.5, norm: { pct: 0.25 }, value: 1500 },
            start_time: startTime,
          },
          memory: { size: 9000, rss: { bytes: 10 * page, pct: 0.25 }, share: 3 * page },
          cgroup: {
            ...{ cgroups_version: 2, id: 'a.service', path: '/a.service' },
            cpu: {
              stats: {
                ...{ usage: { ns: unknown }, user: { ns: unknown }, system: { ns: unknown } },
                ...{ periods: unknown, throttled: { periods: unknown, us: unknown } },
              },
            },
            memory: { mem: { usage: { bytes: 4096 }, max: { bytes: unknown } } },
          },
        },
      },
    })
    // A kernel thread has no command line, and nothing else could be read of it.
    const startOfHost = '1970-01-01T00:16:40.000Z'
    expect(thread).to.deep.equal({
      process: {
        ...{ pid: 9, name: 'kthreadd', pgid: 0, parent: { pid: 2 }, state: 'idle' },
        command_line: unknown,
        cpu: { pct: 0, start_time: startOfHost },
        memory: { pct: 0.125 },
      },
      user: { id: unknown },
      system: {
        process: {
          ...{ state: 'idle', cmdline: unknown, num_threads: 1 },
          cpu: { total: { pct: 0, norm: { pct: 0 }, value: 40 }, start_time: startOfHost },
          memory: { size: 0, rss: { bytes: 5 * page, pct: 0.125 }, share: unknown },
          cgroup: unknown,
        },
      },
    })
  })

  it('has no share of the CPU time before a time has passed', async () => {
    const now = { all: [SHELL], ms: 1000 }
    const samples = await reported({ ...HOST, ...DETAILS }, now, now, { ...now, ms: 1010 })
    const total = { pct: undefined, norm: { pct: undefined }, value: 1000 }
    const shares = samples.map(([event]) => Object(event?.['system']).process.cpu.total)
    expect(shares).to.deep.equal([total, total, { pct: 0, norm: { pct: 0 }, value: 1000 }])
  })

  it('has no more of the CPU time than there is', async () => {
    const [, [event] = []] = await reported(
      { ...HOST, ...DETAILS },
      { all: [SHELL], ms: 1000 },
      { all: [{ ...SHELL, ticks: 103 }], ms: 1010 },
    )
    expect(event).to.have.deep.nested.property('system.process.cpu.total', {
      ...{ pct: 2, norm: { pct: 1 }, value: 1030 },
    })
  })

  it('has a share of the memory up to all of it, and none above', async () => {
    for (const [residentPages, pct] of [
      [40, 1],
      [41, undefined],
    ] as const) {
      const all = [{ ...SHELL, residentPages }]
      const [[event] = []] = await reported({ ...HOST, ...DETAILS }, { all, ms: 0 })
      const { process, system } = Object(event)
      const { rss } = system.process.memory
      expect([process.memory.pct, rss]).to.deep.equal([pct, { bytes: residentPages * page, pct }])
    }
  })

  it('is left out once it has ended', async () => {
    const files = { ...HOST, ...DETAILS, 'proc/7/comm': undefined }
    const [events = []] = await reported(files, { all: [SHELL, KERNEL_THREAD], ms: 0 })
    expect(events.map(event => Object(event['process']).pid)).to.deep.equal([9])
  })

  it('has no command line if that can not be read', async () => {
    const files = { ...HOST, ...DETAILS, 'proc/7/cmdline': undefined }
    const [[event] = []] = await reported(files, { all: [SHELL], ms: 0 })
    expect(event).to.have.nested.property('process.command_line', undefined)
    expect(event).to.have.nested.property('system.process.cmdline', undefined)
    expect(event).to.have.nested.property('user.id', '1000')
  })

  it('has no start without that of the host', async () => {
    for (const line of ['', 'odd btime 5\n', 'btime 5 odd\n']) {
      const files = {
        ...HOST,
        ...DETAILS,
        'proc/stat': `cpu  1 0 1 7 0 0 0 0 0 0\ncpu0 1\n${line}`,
      }
      const [[event] = []] = await reported(files, { all: [SHELL], ms: 0 })
      expect(event).to.have.nested.property('process.cpu.start_time', undefined)
    }
  })
})
