import { readlinkSync } from 'node:fs'
import { uptime } from 'node:os'
import { expect } from 'chai'
import { parentOf, seesEveryProcess } from './parents.ts'

/** proc_pid_stat(5): the parent is field 4, the start since boot in hundredths of a second is field 22. */
const stat = (parent: number, startedTicks: number) =>
  `7 (a) b) S ${parent} 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 ${startedTicks} 1 1`

describe('audit: the parent of a process', () => {
  const bootedAtMs = 1_700_000_000_000
  const parentAt = (ms: number, text: string | undefined) =>
    parentOf({ pid: 7, time: new Date(bootedAtMs + ms) }, () => text, bootedAtMs)

  it('is the one in /proc, of a process that had started when the record was written', () => {
    expect(parentAt(90_000, stat(42, 5_000))).to.equal(42)
    expect(parentAt(50_000, stat(42, 5_000))).to.equal(42)
  })

  it('is not that of a process that got the id later, a second aside', () => {
    expect(parentAt(49_000, stat(42, 5_000)), 'the clocks may differ so much').to.equal(42)
    expect(parentAt(48_999, stat(42, 5_000))).to.equal(undefined)
    expect(parentAt(0, stat(42, 5_000))).to.equal(undefined)
  })

  it('is unknown of a process that is gone, has none, or is not described', () => {
    expect(parentAt(90_000, undefined)).to.equal(undefined)
    expect(parentAt(90_000, stat(0, 1)), 'init').to.equal(undefined)
    expect(parentAt(90_000, '7 (a'), 'cut off').to.equal(undefined)
    expect(parentAt(90_000, '7 (a) S 42'), 'cut off').to.equal(undefined)
  })

  it('is read from this system', function () {
    if (process.platform !== 'linux') {
      console.log('    skipped: not Linux')
      return this.skip()
    }
    expect(parentOf({ pid: 2 ** 30, time: new Date() }), 'no such process').to.equal(undefined)
    expect(parentOf({ pid: process.pid, time: new Date() })).to.equal(process.ppid)
    const bootedAt = new Date(Date.now() - uptime() * 1000)
    expect(parentOf({ pid: process.pid, time: bootedAt })).to.equal(undefined)
  })
})

describe('audit: whether processes have the ids that the kernel writes', () => {
  it('is told by the inode of the PID namespace: PROC_PID_INIT_INO of linux/proc_ns.h', () => {
    expect(seesEveryProcess(() => 0xeffffffc)).to.equal(true)
    expect(seesEveryProcess(() => 0xeffffffd)).to.equal(false)
    expect(seesEveryProcess(() => 4026532512)).to.equal(false)
  })

  it('is told of this process by its own namespace', function () {
    if (process.platform !== 'linux') {
      console.log('    skipped: not Linux')
      return this.skip()
    }
    const isInitial = readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]'
    expect(seesEveryProcess()).to.equal(isInitial)
  })

  it('is not so where there is no such file', () => {
    const missing = () => {
      throw new Error('ENOENT')
    }
    expect(seesEveryProcess(missing)).to.equal(false)
  })
})
