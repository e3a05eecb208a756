import { once } from 'node:events'
import { expect } from 'chai'
import { type RestartSettings, supervise } from '../../../lib/agent/beats/supervise.ts'
import { listeningLog, messagesOf } from '../lines.ts'

/** No waiting: what is looked at is the order of things. */
const HURRIED: RestartSettings = { initMs: 0, maxMs: 0, steadyMs: 60_000 }

describe('agent: a supervised beat', () => {
  /** A beat whose n-th run is the n-th of these; it is done after the last. */
  function beatOf(...runs: readonly ((signal: AbortSignal) => Promise<void>)[]) {
    const { log, lines } = listeningLog()
    let at = 0
    const run = (signal: AbortSignal) => runs[at++]?.(signal) ?? Promise.resolve()
    return { beat: { log, run }, lines }
  }
  const fails = (message: string) => () => Promise.reject(new Error(message))
  const untilAborted = async (signal: AbortSignal) => void (await once(signal, 'abort'))

  it('that returns is done', async () => {
    const { beat, lines } = beatOf(async () => {})
    const supervision = supervise(beat, new AbortController().signal, HURRIED)
    expect(supervision.stats().state).to.equal('running')
    await supervision.done
    expect(supervision.stats()).to.deep.equal({ state: 'done', starts: 1, failures: 0 })
    expect(messagesOf(lines)).to.deep.equal(['Beat started', 'Beat stopped'])
  })

  it('that throws starts again until it does not, and each failure is counted', async () => {
    const { beat, lines } = beatOf(fails('one'), fails('two'))
    const { done, stats } = supervise(beat, new AbortController().signal, HURRIED)
    await done
    expect(stats()).to.deep.equal({ state: 'done', starts: 3, failures: 2 })
    expect(messagesOf(lines).filter(message => message.startsWith('Beat failed'))).to.deep.equal([
      'Beat failed: one',
      'Beat failed: two',
    ])
  })

  it('that throws before it has a promise is treated alike', async () => {
    const { beat } = beatOf(() => {
      throw new TypeError('at once')
    })
    const { done, stats } = supervise(beat, new AbortController().signal, HURRIED)
    await done
    expect(stats().failures).to.equal(1)
  })

  it('pauses longer after every failure in a row, and starts over once it has run well', async () => {
    const pausesOf = async (steadyMs: number) => {
      const { beat, lines } = beatOf(fails('1'), fails('2'), fails('3'), fails('4'))
      const random = Math.random
      Math.random = () => 1
      try {
        const restarts: RestartSettings = { initMs: 1, maxMs: 4, steadyMs }
        await supervise(beat, new AbortController().signal, restarts).done
      } finally {
        Math.random = random
      }
      return lines.flatMap(line => line['pause_ms'] ?? [])
    }
    expect(await pausesOf(Number.POSITIVE_INFINITY)).to.deep.equal([1, 2, 4, 4])
    expect(await pausesOf(0)).to.deep.equal([1, 1, 1, 1])
  })

  it('that throws in a round is done with that', async () => {
    const { beat, lines } = beatOf(fails('one'))
    const { done, stats } = supervise(beat, new AbortController().signal, 'never')
    await done
    expect(stats()).to.deep.equal({ state: 'done', starts: 1, failures: 1 })
    expect(messagesOf(lines)).to.deep.equal(['Beat started', 'Beat failed: one'])
  })

  it('gets the stop by its signal, and is done', async () => {
    const stop = new AbortController()
    const { beat, lines } = beatOf(untilAborted)
    const { done, stats } = supervise(beat, stop.signal, HURRIED)
    stop.abort()
    await done
    expect(stats()).to.deep.equal({ state: 'done', starts: 1, failures: 0 })
    expect(messagesOf(lines).at(-1)).to.equal('Beat stopped')
  })

  it('that rejects with the abort itself has not failed', async () => {
    const stop = new AbortController()
    const { beat, lines } = beatOf(async signal => {
      await untilAborted(signal)
      signal.throwIfAborted()
    })
    const { done } = supervise(beat, stop.signal, HURRIED)
    stop.abort()
    await done
    expect(lines.map(({ level }) => level)).to.deep.equal(['info', 'info'])
  })

  it('that fails otherwise while stopping is named, and not started again', async () => {
    const stop = new AbortController()
    const { beat, lines } = beatOf(async signal => {
      await untilAborted(signal)
      throw new Error('disk full')
    })
    const { done, stats } = supervise(beat, stop.signal, HURRIED)
    stop.abort()
    await done
    expect(stats().starts).to.equal(1)
    expect(lines.at(-1)).to.include({
      level: 'warn',
      msg: 'Beat failed while stopping: disk full',
    })
  })

  it('is not started again when the stop comes in a pause', async () => {
    const stop = new AbortController()
    const { beat, lines } = beatOf(fails('one'))
    const restarts: RestartSettings = { initMs: 3_600_000, maxMs: 3_600_000, steadyMs: 1 }
    const { done, stats } = supervise(beat, stop.signal, restarts)
    while (stats().state !== 'waiting') await new Promise(setImmediate)
    stop.abort()
    await done
    expect(stats()).to.deep.equal({ state: 'done', starts: 1, failures: 1 })
    expect(messagesOf(lines).at(-1)).to.equal('Beat starts again after a pause')
  })

  it('is not started at all after the stop', async () => {
    const { beat } = beatOf(fails('never'))
    const { done, stats } = supervise(beat, AbortSignal.abort(), HURRIED)
    await done
    expect(stats().starts).to.equal(0)
  })

  it('loses the signal of a run that is over, so that nothing of it lives on', async () => {
    const signals: AbortSignal[] = []
    const { beat } = beatOf(
      async signal => {
        signals.push(signal)
        throw new Error('one')
      },
      async signal => {
        signals.push(signal)
        expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false])
      },
    )
    const { done, stats } = supervise(beat, new AbortController().signal, HURRIED)
    await done
    expect(stats().failures).to.equal(1)
  })
})
