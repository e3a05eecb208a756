import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { EventMeta } from '../../../lib/event.ts'
import { Acker } from '../../../lib/pipeline/acker.ts'
import { Block } from '../../../lib/pipeline/block.ts'
import { Burial } from '../../../lib/pipeline/dead-letter/burial.ts'
import type { DeadEvent } from '../../../lib/pipeline/dead-letter/entry.ts'
import { Pauses } from '../../../lib/pipeline/delivery/pauses.ts'
import { Lease } from '../../../lib/pipeline/lease.ts'
import { noCounts, noSourceCounts } from '../../../lib/pipeline/stats.ts'
import { memoryLog, settled } from '../fixtures.ts'

const REJECTED = [{ index: 1, reason: 'ugly', status: 400 }]
const HOUR = { initMs: 3_600_000, maxMs: 3_600_000 }

function leaseOf(lines: readonly string[], meta: readonly (EventMeta | undefined)[]): Lease {
  const block = new Block({ bytes: 0 })
  block.fill(lines, meta, 0, lines.length)
  block.own(new Acker(lines.length, noSourceCounts()))
  block.seal()
  return new Lease([{ block, from: 0, to: lines.length }], () => undefined)
}

const LEASE = leaseOf(['{"n":0}', '{"n":1}', '{"n":2}'], [undefined, { route: 'r' }])

/** A burial in a dead letter whose nth addition ends as `add` says. */
function burying(add?: (n: number) => Promise<void>, backoff = HOUR) {
  const { log, lines } = memoryLog()
  const [counts, pauses] = [noCounts(), new Pauses()]
  const added: { readonly events: readonly DeadEvent[]; readonly atMs: number }[] = []
  const deadLetter = add && {
    add: (events: readonly DeadEvent[]) => {
      added.push({ events, atMs: performance.now() })
      return add(added.length)
    },
  }
  const burial = new Burial({ deadLetter, log, counts, backoff, pauses, silenceMs: 5 })
  const said = () => lines.map(line => [line['msg'], line['events'], line['error.message']])
  return { burial, counts, pauses, added, said }
}

const fail = (): Promise<void> => Promise.reject(new Error('full'))
const take = (): Promise<void> => Promise.resolve()

describe('the burial of events that are refused', () => {
  it('is a word in the log without a dead letter', async () => {
    const { burial, counts, said } = burying()
    expect(await burial.bury(LEASE, 0, [...REJECTED, { index: 2, reason: 'large' }])).to.equal(true)
    burial.close()
    const message = 'Events dropped: the output refused them'
    expect(said()).to.deep.equal([
      [message, 1, 'ugly'],
      [message, 1, 'large'],
    ])
    expect(counts.dead_lettered).to.equal(0)
  })

  it('adds them with all that is known', async () => {
    const { burial, counts, added, said } = burying(take)
    expect(await burial.bury(LEASE, 2, REJECTED)).to.equal(true)
    const dead = { line: '{"n":1}', meta: { route: 'r' }, reason: 'ugly', status: 400, attempts: 3 }
    expect(added.map(({ events }) => events)).to.deep.equal([[dead]])
    expect(counts.dead_lettered).to.equal(1)
    expect(said()).to.deep.equal([
      ['Events are in the dead letter: the output refused them', 1, 'ugly'],
    ])
  })

  it('is nothing for no event', async () => {
    const { burial, added, said } = burying(take)
    expect(await burial.bury(LEASE, 0, [])).to.equal(true)
    expect([...added, ...said()]).to.deep.equal([])
  })

  it('is tried again after a pause', async () => {
    const { burial, counts, pauses, added, said } = burying(n => (n === 1 ? fail() : take()))
    const buried = burial.bury(LEASE, 0, REJECTED)
    expect(await settled(buried)).to.equal(false)
    expect(added).to.have.length(1)
    expect(counts.dead_lettered).to.equal(0)
    pauses.end()
    expect(await buried).to.equal(true)
    expect(added).to.have.length(2)
    expect(counts.dead_lettered).to.equal(1)
    expect(said()[0]).to.deep.equal([
      'The dead letter can not be written: delivery waits for it',
      1,
      'full',
    ])
  })

  it('has longer pauses with every failure', async () => {
    const backoff = { initMs: 4, maxMs: 1_000 }
    const { burial, added } = burying(n => (n < 5 ? fail() : take()), backoff)
    await burial.bury(LEASE, 0, REJECTED)
    const [fourth, fifth] = added.slice(3).map(({ atMs }) => atMs)
    expect((fifth ?? 0) - (fourth ?? 0)).to.be.at.least(15)
  })

  it('is given up if the delivery is stopped, and says what it has not said', async () => {
    const { burial, counts, pauses, said } = burying(fail)
    const buried = burial.bury(LEASE, 0, REJECTED)
    await sleep(1)
    pauses.end()
    await sleep(1)
    pauses.stop()
    expect(await buried).to.equal(false)
    expect(counts.dead_lettered).to.equal(0)
    expect(said()).to.have.length(1)
    burial.close()
    expect(said()).to.have.length(2)
  })

  it('says nothing more of a disk once it has answered', async () => {
    let answer: () => void = () => undefined
    const hung = new Promise<void>(resolve => {
      answer = resolve
    })
    const { burial, said } = burying(() => hung)
    const buried = burial.bury(LEASE, 0, REJECTED)
    while (said().length === 0) await sleep(1)
    expect(said()[0]?.[2]).to.equal('the disk does not answer')
    answer()
    await buried
    burial.close()
    const lines = said().length
    await sleep(20)
    burial.close()
    expect(said()).to.have.length(lines)
  })
})
