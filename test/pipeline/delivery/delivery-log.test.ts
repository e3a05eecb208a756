import { expect } from 'chai'
import type { Batch } from '../../../lib/output.ts'
import { DeliveryLog } from '../../../lib/pipeline/delivery/delivery-log.ts'
import { Rows } from '../../../lib/pipeline/delivery/rows.ts'
import { noCounts } from '../../../lib/pipeline/stats.ts'
import { events, memoryLog, NEVER, ORDERED, pipelineTo, SOURCE } from '../fixtures.ts'

const [DEBUG, INFO, WARN, ERROR] = [20, 30, 40, 50]

describe('what a delivery says', () => {
  it('is a line for a failure, and none that anybody sees for each try of the same', async () => {
    const { log, lines } = memoryLog()
    let writes = 0
    const output = {
      write: async () => {
        writes++
        if (writes < 6) throw new Error(writes < 4 ? 'down' : 'refused')
        return { retry: [], reject: [] }
      },
      close: async () => undefined,
    }
    const pipeline = pipelineTo(output, { log })
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    await pipeline.close(NEVER)
    const of = (message: string) => lines.filter(({ msg }) => msg === message)
    const levels = (message: string) => of(message).map(({ level }) => level)
    expect(levels('Output failed')).to.deep.equal([ERROR, DEBUG, DEBUG, ERROR, DEBUG])
    // It says itself that they go again: one line for a failure.
    expect(of('Output failed').every(line => Number(line['retry_in_ms']) > 0)).to.equal(true)
    expect(levels('Events are going to be sent again')).to.deep.equal([])
    // Nobody waits for the end of what has taken no time.
    expect(of('The output takes events again')).to.have.length(0)
  })

  it('is one line for events that go again, with why if the output tells that', async () => {
    const { log, lines } = memoryLog()
    const why = { message: 'The server takes no events', status: 503, hint: 'ask it' }
    const answers = [why, why, undefined].map(each => ({
      ...{ retry: [0], reject: [], cause: 'throttled' as const },
      ...(each && { why: { ...each, answer: 'x'.repeat(2_000) } }),
    }))
    const output = {
      write: async () => answers.shift() ?? { retry: [], reject: [] },
      close: async () => undefined,
    }
    const pipeline = pipelineTo(output, { log })
    await (await pipeline.publisher(SOURCE, NEVER)(events(1))).confirmed
    await pipeline.close(NEVER)
    const said = lines.filter(line => 'retry_in_ms' in line)
    expect(said.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [ERROR, why.message],
      [DEBUG, why.message],
      [WARN, 'Events are going to be sent again'],
    ])
    expect(said[0]).to.include({
      events: 1,
      status: 503,
      hint: 'ask it',
      answer: 'x'.repeat(1_000),
    })
    expect(said[2]).to.have.not.any.keys('hint', 'status', 'answer')
  })

  it('is a line at the end of a failure that has lasted', () => {
    const { log, lines } = memoryLog()
    const said = new DeliveryLog(log)
    said.worksAgain(4_999)
    expect(lines).to.deep.equal([])
    said.worksAgain(5_000)
    said.worksAgain(1_000_400)
    const msg = 'The output takes events again'
    expect(lines[0]).to.include({ level: INFO, msg, failed_for_s: 5 })
    expect(lines[1]).to.include({ level: INFO, msg, failed_for_s: 1_000 })
  })

  it('is when events go again, if they do', () => {
    const { log, lines } = memoryLog()
    const said = new DeliveryLog(log)
    said.failed(new Error('down'), 3, 12.7)
    said.failed(new Error('refused'), 3, undefined)
    expect(lines[0]).to.include({ level: ERROR, msg: 'Output failed', events: 3, retry_in_ms: 13 })
    expect(lines[1]).to.include({ level: ERROR, msg: 'Output failed', events: 3 })
    expect(lines[1]).not.to.have.property('retry_in_ms')
  })

  it('is that an output has not answered', () => {
    const { log, lines } = memoryLog()
    new DeliveryLog(log).isSilent(1_000_400)
    const msg = 'The output has not answered: events wait for it'
    expect(lines[0]).to.include({ level: WARN, msg, silent_s: 1_000 })
  })

  it('knows when a failure began, and its end once', () => {
    const ends: number[] = []
    const rows = new Rows({ initMs: 8, maxMs: 64 }, noCounts(), lasted => ends.push(lasted))
    rows.succeeded()
    expect(ends).to.deep.equal([])
    rows.failed('lost', performance.now() - 7_000)
    rows.failed('throttled', performance.now())
    // The pauses of an agent that stops start over, which is no success.
    rows.end()
    expect(ends).to.deep.equal([])
    rows.succeeded()
    rows.succeeded()
    expect(ends).to.have.length(1)
    expect(ends[0]).to.be.within(7_000, 8_000)
  })

  it('has why a server refuses also where nothing is tried again', async () => {
    const { log, lines } = memoryLog()
    const why = { message: 'The server takes no events', status: 401, hint: 'set a password' }
    const output = {
      write: async () => ({ retry: [0], reject: [{ index: 1, reason: 'bad' }], why }),
      close: async () => undefined,
    }
    const pipeline = pipelineTo(output, { log, delivery: { ...ORDERED, max_retries: 0 } })
    const receipt = await pipeline.publisher(SOURCE, NEVER)(events(2))
    expect(await receipt.confirmed).to.include({ rejected: 2 })
    const [said, ...more] = lines.filter(({ msg }) => msg === why.message)
    expect(said).to.include({ level: ERROR, events: 1, status: 401, hint: 'set a password' })
    expect(said).not.to.have.property('retry_in_ms')
    expect(more).to.deep.equal([])
    await pipeline.close(NEVER)
  })

  it('says nothing of a batch that is halved, or of events that are rejected', async () => {
    const { log, lines } = memoryLog()
    const why = { message: 'The server takes no events' }
    const output = {
      write: async ({ count }: Batch) =>
        count > 1
          ? { retry: [], reject: [], tooLarge: true as const, why }
          : { retry: [], reject: [{ index: 0, reason: 'bad' }], why },
      close: async () => undefined,
    }
    const pipeline = pipelineTo(output, { log })
    const receipt = await pipeline.publisher(SOURCE, NEVER)(events(2))
    expect(await receipt.confirmed).to.include({ rejected: 2 })
    expect(lines.filter(({ msg }) => msg === why.message)).to.deep.equal([])
    await pipeline.close(NEVER)
  })
})
