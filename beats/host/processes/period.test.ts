import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { hostFiles } from '../host-files.ts'
import { process as processMetricset } from '../metricsets/process.ts'
import { sampled } from '../testing/tree.ts'
import { processReader } from './read.ts'

describe('host: the time in which processes have spent theirs', () => {
  const signal = new AbortController().signal

  it('is that between two answers of the kernel, however late they are used', async () => {
    const one = { pid: 7, state: 'R', parentPid: 1, groupId: 7, threads: 1, start: 5 }
    const answers = [
      { all: [{ ...one, ticks: 100, virtualBytes: 0, residentPages: 1 }], ms: 1000 },
      { all: [{ ...one, ticks: 150, virtualBytes: 0, residentPages: 1 }], ms: 2000 },
    ].values()
    const processes = async () => answers.next().value ?? expect.fail('asked too often')
    const files = {
      'proc/7/comm': 'sh\n',
      'proc/stat': 'cpu  10 0 10 70 0 0 0 0 0 0\ncpu0 1\ncpu1 1\nbtime 9\n',
      'proc/meminfo': 'MemTotal: 4000 kB\nMemFree: 1000 kB\n',
    }
    const [, events = []] = await sampled(processMetricset, [files, {}], { processes })
    expect(events[0]).to.have.nested.property('system.process.cpu.total.pct', 0.5)
    expect(events[0]).to.have.nested.property('process.cpu.pct', 0.25)
  })

  it('does not change with a second use in the same tick', async function () {
    if (process.platform !== 'linux') {
      console.log('    skipped: there is no /proc here')
      return this.skip()
    }
    const { read, close } = processReader(hostFiles('/'))
    const tick = {}
    const before = performance.now()
    const { ms } = await read(tick, signal)
    expect(ms).to.be.within(before, performance.now())
    await setTimeout(20)
    expect(await read(tick, signal)).to.have.property('ms', ms)
    expect(await read({}, signal))
      .to.have.property('ms')
      .that.is.above(ms)
    await close()
  })
})
