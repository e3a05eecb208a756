import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { AuditReading, AuditSocket } from '../../lib/addon.ts'
import { openOn } from '../../lib/audit/audit-log.ts'
import { runIsolated, skip } from '../live.ts'

const HANDED_OVER = fileURLToPath(new URL('./handed-over-program.js', import.meta.url))

/** A socket that returns these readings one after the other, and then nothing. */
function socketWith(readings: readonly Partial<AuditReading>[]): AuditSocket {
  const left = [...readings]
  return {
    open: () => openSync('/dev/null', 'r'),
    adopt: () => -constants.errno.ENOENT,
    read: () => {
      const none = {
        records: [],
        types: [],
        lost: -1,
        overruns: 0,
        drained: left.length <= 1,
        errno: 0,
      }
      return { ...none, ...left.shift() }
    },
    ReadableWatch: class {
      start(): void {}
      stop(): void {}
      close(): void {}
    },
  }
}

describe('the audit log', () => {
  async function lossesOf(readings: readonly Partial<AuditReading>[]): Promise<readonly number[]> {
    const log = openOn(socketWith(readings), [1326], 4096)
    const stop = new AbortController()
    const losses: number[] = []
    for await (const { lost } of log.batches(stop.signal)) {
      losses.push(lost)
      if (losses.length === readings.length) stop.abort()
    }
    log.close()
    return losses
  }
  const records = ['x']

  it('reports losses since the previous batch, although the kernel keeps counting, in 32 bits', async () => {
    const readings = [3, 3, 2 ** 32 - 1, 4].map(lost => ({ records, lost }))
    const first = { records, lost: 0 }
    expect(await lossesOf([first, ...readings])).to.deep.equal([0, 3, 0, 2 ** 32 - 4, 5])
  })

  it('reports how often there was no room if the kernel does not count losses', async () => {
    const readings = [2, 0, 1].map(overruns => ({ records, overruns }))
    expect(await lossesOf(readings)).to.deep.equal([2, 0, 1])
  })

  it('reports what a socket that was handed over has lost before only if an overrun tells of it', async () => {
    const told = [7, 9].map(lost => ({ records, lost }))
    expect(await lossesOf(told)).to.deep.equal([0, 2])
    expect(
      await lossesOf([
        { records, lost: 7, overruns: 1 },
        { records, lost: 9 },
      ]),
    ).to.deep.equal([7, 2])
  })

  it('tells the type of each record', async () => {
    const log = openOn(
      socketWith([{ records: ['x', 'y'], types: [1326, 1420] }]),
      [1326, 1420],
      4096,
    )
    const { value } = await log.batches(new AbortController().signal).next()
    log.close()
    expect(value).to.deep.equal({ records: ['x', 'y'], types: [1326, 1420], lost: 0 })
  })

  it('yields an empty batch when it is time, and only then', async () => {
    const log = openOn(socketWith([]), [1326], 4096)
    const stop = new AbortController()
    const asked = [20, 0, undefined]
    const batches: unknown[] = []
    const startedMs = performance.now()
    setTimeout(() => stop.abort(), 300)
    for await (const batch of log.batches(stop.signal, () => asked.shift())) {
      batches.push([batch, performance.now() - startedMs >= 19])
    }
    log.close()
    const empty = { records: [], types: [], lost: 0 }
    expect(batches).to.deep.equal([
      [empty, true],
      [empty, true],
    ])
  })

  it('says why it can no longer be read', async () => {
    const log = openOn(socketWith([{ errno: 9 }]), [1326], 4096)
    const batches = log.batches(new AbortController().signal)
    const failed = await batches.next().then(() => 'none', String)
    log.close()
    expect(failed).to.include("the audit log can't be read: EBADF")
  })

  it('is taken over from the service manager by an agent without the capability, once', async function () {
    this.timeout(60_000)
    if (process.geteuid?.() !== 0) return skip(this, 'opening the socket in its place takes root')
    const name = 'handedover'
    const child = spawn(process.execPath, [HANDED_OVER, name])
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const { forAnother, again } = JSON.parse((await lines.next()).value)
    expect(forAnother).to.match(/CAP_AUDIT_READ is missing/)
    expect(again).to.match(/CAP_AUDIT_READ is missing/)
    runIsolated('violating', { args: [name, 'errno'] })
    const { found } = JSON.parse((await lines.next()).value)
    expect(found).to.match(/comm="handedover"/)
    expect(await once(child, 'close')).to.deep.equal([0, null])
  })
})
