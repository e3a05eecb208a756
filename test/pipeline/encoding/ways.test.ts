import { expect } from 'chai'
import type { Ahead, Chain } from '../../../lib/pipeline/chain.ts'
import { momentOf } from '../../../lib/pipeline/encoding/encode.ts'
import { waysOf } from '../../../lib/pipeline/encoding/ways.ts'
import type { MutableEvent } from '../../../lib/processor.ts'

const ways = waysOf({ host: 'web-1', team: 'x' }, undefined)

describe('pipeline: the way of an event', () => {
  it('is through text where nothing has to see it', () => {
    const way = ways(undefined)({ a: 1 })
    expect(way.chain).to.equal(undefined)
  })

  it('is through all steps where none can be taken beforehand', () => {
    const chain: Chain = event => event
    const none: Chain = Object.assign((event: MutableEvent) => event, { ahead: () => undefined })
    expect(ways(chain)({ a: 1 }).chain).to.equal(chain)
    expect(ways(none)({ a: 1 }).chain).to.equal(none)
  })

  describe('where some can', () => {
    const given: unknown[] = []
    const ahead: Ahead = {
      constants: { host: 'renamed' },
      keys: new Set(['host', 'label']),
      chain: undefined,
    }
    const chain: Chain = Object.assign((event: MutableEvent) => event, {
      ahead: (constants: unknown) => {
        given.push(constants)
        return ahead
      },
    })
    const wayOf = ways(chain)

    it('is by them, with the constants that they leave', () => {
      const way = wayOf({ a: 1 })
      expect(given).to.deep.equal([{ host: 'web-1', team: 'x' }])
      if (way.chain) expect.fail('it goes through the chain')
      expect(JSON.parse(way.encode({ a: 1 }, momentOf(0)))).to.deep.equal({
        '@timestamp': '1970-01-01T00:00:00.000Z',
        a: 1,
        host: 'renamed',
      })
    })

    for (const [what, event] of [
      ['null', null],
      ['a text', 'host'],
      ['a number', 7],
    ] as const) {
      it(`is by them for ${what}, which is no event`, () => {
        expect(wayOf(event as never).chain).to.equal(undefined)
      })
    }

    for (const key of ahead.keys) {
      it(`is through all for an event with a field ${key} of its own`, () => {
        expect(wayOf({ a: 1, [key]: undefined }).chain).to.equal(chain)
      })
    }
  })
})
