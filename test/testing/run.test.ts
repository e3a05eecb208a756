import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Beat } from '../../lib/beat.ts'
import { integer } from '../../lib/config/schema/formats.ts'
import type { Event, EventMeta } from '../../lib/event.ts'
import { checkBeat, memoryState, runBeat } from '../../lib/testing/index.ts'

interface Settings {
  readonly from: number
}

/** Counts upwards from a setting, or from its state if there is one. */
const counter: Beat<Settings> = {
  name: 'counter',
  schema: { from: { doc: 'Where to begin.', format: integer(0), default: 5 } },
  async run({ settings, signal, state, publish }) {
    for (let n = Number(state.get('next') ?? settings.from); !signal.aborted; n++) {
      const { acked } = await publish({ n, '@timestamp': new Date(n), nothing: undefined })
      await acked
      await state.set('next', n + 1)
    }
  },
}

/** The error's message, or what the promise resolved with. */
const messageOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: Error) => error.message)

describe('testing: runBeat', () => {
  it('returns events as an output reads them, with the schema its defaults', async () => {
    const event = (n: number) => ({ n, '@timestamp': new Date(n).toISOString() })
    expect(await runBeat(counter, {}, { count: 2 })).to.deep.equal([event(5), event(6)])
  })

  it('stops when told to, and keeps the state that it was given', async () => {
    const state = memoryState()
    const isEight = (event: Event): boolean => event['n'] === 8
    const events = await runBeat(counter, { from: 7 }, { state, until: all => all.some(isEight) })
    expect(events).to.have.lengthOf(2)
    expect(state.get('next')).to.equal(9)
    expect((await runBeat(counter, {}, { state, count: 1 }))[0]).to.have.property('n', 9)
  })

  it('stops with the signal, before it begins too', async () => {
    const events = await runBeat(counter, {}, { signal: AbortSignal.abort() })
    expect(events).to.deep.equal([])
  })

  it('hands on what open returned, provokes, and closes', async () => {
    const order: string[] = []
    const beat: Beat<object, string> = {
      name: 'order',
      schema: {},
      open: async () => `resources ${order.push('open')}`,
      async run({ signal }, resources) {
        order.push(`run ${resources}`)
        await sleep(1000, undefined, { signal })
      },
      close: async resources => void order.push(`close ${resources}`),
    }
    const stop = new AbortController()
    const provoke = (resources: string): void => {
      order.push(`provoke ${resources}`)
      stop.abort()
    }
    await runBeat(beat, {}, { provoke, signal: stop.signal })
    const expected = ['open', 'run resources 1', 'provoke resources 1', 'close resources 1']
    expect(order).to.deep.equal(expected)
  })

  it('rejects with what the beat throws, and closes it all the same', async () => {
    let closed = false
    const run = async (): Promise<void> => {
      throw new Error('no such port')
    }
    const close = async (): Promise<void> => {
      closed = true
    }
    const failing: Beat<object> = { name: 'failing', schema: {}, run, close }
    expect(await messageOf(runBeat(failing))).to.equal('no such port')
    expect(closed).to.equal(true)
  })

  it('rejects a section that the schema refuses, with all that is wrong', async () => {
    const error: unknown = await runBeat(counter, { from: -1, form: 2 }).catch((e: unknown) => e)
    expect(error).to.have.property('code', 'CONFIG_INVALID')
    expect(error).to.have.property('problems').with.lengthOf(2)
  })

  it('gives up on a beat that publishes too little, or does not return', async () => {
    const wait = (signal?: AbortSignal): Promise<void> =>
      sleep(200, undefined, signal && { signal })
    const idle: Beat<object> = { name: 'idle', schema: {}, run: ({ signal }) => wait(signal) }
    expect(await messageOf(runBeat(idle, {}, { timeout: 20, count: 1 }))).to.match(
      /^beat "idle" was not stopped within 20 ms; it published 0 events/,
    )
    const deaf: Beat<object> = { name: 'deaf', schema: {}, run: () => wait() }
    const signal = AbortSignal.timeout(1)
    expect(await messageOf(runBeat(deaf, {}, { timeout: 20, signal }))).to.match(
      /^beat "deaf" did not return within 20 ms of the abort/,
    )
  })

  it('rejects when an event is nothing that JSON can say', async () => {
    const run: Beat<object>['run'] = async ({ publish }) => void (await publish({ big: 1n }))
    expect(await messageOf(runBeat({ name: 'big', schema: {}, run }))).to.match(/BigInt/)
  })

  describe('with encoded events', () => {
    const shipping = (text: string, meta?: EventMeta): Beat<object> => ({
      name: 'shipping',
      schema: {},
      run: async ({ lines }) => void (await lines.publish(Buffer.from(text), meta)),
    })

    it('returns them as objects, with the metadata that they were given', async () => {
      expect(await runBeat(shipping('{"n":1}\n{"n":"ü"}\n'))).to.deep.equal([{ n: 1 }, { n: 'ü' }])
      const meta = { fields: { tenant: 'a' } }
      const expected = [{ n: 1, '@metadata': { tenant: 'a' } }]
      expect(await runBeat(shipping('{"n":1}\n', meta))).to.deep.equal(expected)
    })

    for (const [what, text, message] of [
      ['no end', '{"n":1}\n{"n":2}', /line 1 has no end/],
      ['the line ends of Windows', '{"n":1}\r\n', /line 0 is not a JSON object/],
      ['an empty line', '{"n":1}\n\n', /line 1 is not a JSON object/],
      ['no braces', '[1]\n', /line 0 is not a JSON object/],
      ['no JSON', '{n}\n', /JSON/],
    ] as const) {
      it(`rejects ${what}, as does checkBeat`, async () => {
        expect(await messageOf(runBeat(shipping(text)))).to.match(message)
        expect(await messageOf(checkBeat(shipping(text), { timeout: 50 }))).to.match(message)
      })
    }

    it('sees whether they are awaited', async () => {
      const run: Beat<object>['run'] = async ({ lines }) =>
        void lines.publish(Buffer.from('{"@timestamp":"2026-01-01T00:00:00Z"}\n'))
      const check = checkBeat({ name: 'hasty', schema: {}, run }, { timeout: 50 })
      expect(await messageOf(check)).to.match(/does not await 1 of 1 publishes/)
    })
  })
})
