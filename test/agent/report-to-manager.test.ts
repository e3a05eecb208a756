import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { reportToManager } from '../../lib/agent/report-to-manager.ts'
import { NEVER, pipelineTo, SOURCE } from '../pipeline/fixtures.ts'
import { type Answer, MemoryOutput } from '../pipeline/memory-output.ts'

/** Reports for a while on a pipeline to an output that answers so, and has an event to write. */
async function reported(answer: () => Answer | Promise<Answer>): Promise<readonly string[]> {
  const told: string[] = []
  const manager = {
    watchdogMs: 60,
    notify: (state: object) => told.push(...Object.keys(state)),
    close: () => undefined,
  }
  const pipeline = pipelineTo(new MemoryOutput(answer))
  const reports = reportToManager(manager, pipeline, { state: 'disabled' })
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
