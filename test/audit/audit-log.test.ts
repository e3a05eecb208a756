import { openSync } from 'node:fs'
import { expect } from 'chai'
import type { AuditReading, AuditSocket } from '../../lib/addon.ts'
import { openOn } from '../../lib/audit/audit-log.ts'

/** A socket that returns these readings one after the other, and then nothing. */
function socketWith(readings: readonly Partial<AuditReading>[]): AuditSocket {
  const left = [...readings]
  return {
    open: () => openSync('/dev/null', 'r'),
    read: () => {
      const none = { records: [], lost: -1, overruns: 0, drained: left.length <= 1, errno: 0 }
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
    const log = openOn(socketWith(readings), 1326, 4096)
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
    expect(await lossesOf(readings)).to.deep.equal([3, 0, 2 ** 32 - 4, 5])
  })

  it('reports how often there was no room if the kernel does not count losses', async () => {
    const readings = [2, 0, 1].map(overruns => ({ records, overruns }))
    expect(await lossesOf(readings)).to.deep.equal([2, 0, 1])
  })

  it('says why it can no longer be read', async () => {
    const log = openOn(socketWith([{ errno: 9 }]), 1326, 4096)
    const batches = log.batches(new AbortController().signal)
    const failed = await batches.next().then(() => 'none', String)
    log.close()
    expect(failed).to.include("the audit log can't be read: EBADF")
  })
})
