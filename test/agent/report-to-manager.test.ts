import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { reportToManager, statusLine } from '../../lib/agent/report-to-manager.ts'
import { statusOf } from '../../lib/agent/status.ts'
import { NEVER, pipelineTo, SOURCE } from '../pipeline/fixtures.ts'
import { type Answer, MemoryOutput } from '../pipeline/memory-output.ts'
import { PLANNED, statusWith } from './status-fixtures.ts'

/** Reports for a while on a pipeline to an output that answers so, and has an event to write. */
async function reported(answer: () => Answer | Promise<Answer>): Promise<readonly string[]> {
  const told: string[] = []
  const manager = {
    watchdogMs: 60,
    notify: (state: object) => told.push(...Object.keys(state)),
    close: () => undefined,
  }
  const pipeline = pipelineTo(new MemoryOutput(answer))
  const observed = { plan: PLANNED, pipeline, runners: { all: [] } }
  const status = () => statusOf(observed, { outcome: { state: 'disabled' } })
  const reports = reportToManager(manager, status, () => pipeline.writingForMs)
  await pipeline.publisher(SOURCE, NEVER)({ id: 1 })
  await pause(400)
  reports.end()
  await pipeline.close(AbortSignal.timeout(1))
  return told
}

describe('the watchdog', () => {
  it('is petted while the output takes events', async () => {
    const told = await reported(() => [])
    expect(told[0]).to.equal('READY')
    expect(told.filter(each => each === 'WATCHDOG').length).to.be.above(4)
  })

  it('is petted while the output fails and is tried again', async () => {
    const told = await reported(() => new Error('down'))
    expect(told.filter(each => each === 'WATCHDOG').length).to.be.above(4)
  })

  it('is not while the output is silent about a batch', async () => {
    const told = await reported(() => new Promise<Answer>(() => undefined))
    expect(told.filter(each => each === 'WATCHDOG').length).to.be.at.most(3)
  })
})

describe('STATUS=', () => {
  const installed = { state: 'installed', instructions: 267, threads: 11 } as const

  it('has the filter, the events that wait, and those that are delivered', () => {
    const status = statusWith({ sandbox: installed, events: { queued: 2, sending: 3, acked: 40 } })
    expect(statusLine(status)).to.equal(
      'sandboxed (267 instructions, 11 threads); 5 events waiting, 40 delivered',
    )
  })

  it('names the beats that the output holds up', () => {
    const beats = [{ id: 'a', waiting: 2 }, { id: 'b' }, { id: 'c', waiting: 1 }]
    expect(statusLine(statusWith({ beats }))).to.match(/; output console holds up: a, c$/)
  })

  it('says why there is no filter', () => {
    const status = statusWith({ sandbox: { state: 'no-kernel-support' } })
    expect(statusLine(status)).to.match(/^not sandboxed \(no-kernel-support\); 0 events waiting/)
  })

  it('names the beats that have failed and wait for their next start', () => {
    const beats = [
      { id: 'a', state: 'running' },
      { id: 'b', state: 'waiting' },
    ] as const
    expect(statusLine(statusWith({ beats }))).to.match(/; failed, to be started again: b$/)
    expect(statusLine(statusWith({ beats: [beats[0]] }))).not.to.contain('failed')
  })
})
