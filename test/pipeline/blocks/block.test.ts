import { expect } from 'chai'
import { Block } from '../../../lib/pipeline/block.ts'
import type { Fate, Owner } from '../../../lib/pipeline/owners.ts'

/** An owner that counts what it is told. */
function owner(): Owner & Record<Fate, number> {
  const counts = {
    confirmed: 0,
    rejected: 0,
    settle(events: number, fate: Fate) {
      counts[fate] += events
    },
  }
  return counts
}

function blockOf(lines: readonly string[], pins = { bytes: 0 }): Block {
  const block = new Block(pins)
  block.fill(lines, undefined, 0, lines.length)
  return block
}

function textsOf(block: Block): readonly string[] {
  return Array.from({ length: block.count }, (_, at) => String(block.slice(at, at + 1)))
}

describe('block', () => {
  const cases: readonly (readonly string[])[] = [
    ['{}'],
    ['{"a":1}', '{"b":2}', '{}'],
    ['{"a":"ü"}', '{"b":2}'],
    ['{"a":1}', '{"b":"€"}', '{"c":"😀"}', '{"d":4}'],
    // One character more than ASCII has room for, of each length in UTF-8.
    ['é'],
    ['€'],
    ['😀'],
    ['\u{10ffff}', 'a'],
  ]
  for (const lines of cases) {
    it(`makes bytes of ${lines.join(' ')}, each event with its end`, () => {
      const pins = { bytes: 0 }
      const block = blockOf(lines, pins)
      block.seal()
      expect(textsOf(block)).to.deep.equal(lines.map(line => `${line}\n`))
      expect(block.count).to.equal(lines.length)
      expect(block.startOf(0)).to.equal(0)
      const bytes = Buffer.byteLength(lines.join('\n')) + 1
      expect(block.startOf(lines.length)).to.equal(bytes)
      expect(block.slice(0, lines.length).length).to.equal(bytes)
      expect(pins.bytes).to.equal(bytes)
    })
  }

  it('is sealed once: its bytes stay where they are', () => {
    const block = blockOf(['{}', '{}'])
    block.seal()
    const before = block.slice(0, 2)
    block.seal()
    expect(block.slice(0, 2).buffer).to.equal(before.buffer)
    expect(textsOf(block)).to.deep.equal(['{}\n', '{}\n'])
  })

  it('takes any line while it is empty, then lines up to 64 KiB, and none once it is sealed', () => {
    const block = new Block({ bytes: 0 })
    const fill = (size: number) => block.fill(['x'.repeat(size)], undefined, 0, 1)
    expect(fill(65_000)).to.equal(1)
    expect(fill(535)).to.equal(0)
    expect(fill(534)).to.equal(1)
    expect(fill(0)).to.equal(0)
    block.seal()
    expect(block.count).to.equal(2)
    expect(block.fill(['x'], undefined, 0, 1)).to.equal(0)
    const large = new Block({ bytes: 0 })
    expect(large.fill(['x'.repeat(1e6)], undefined, 0, 1)).to.equal(1)
    expect(large.fill(['x'], undefined, 0, 1)).to.equal(0)
    const small = new Block({ bytes: 0 })
    expect(small.fill(['', 'x'.repeat(65_535)], undefined, 0, 2)).to.equal(1)
  })

  it('takes the lines of a part of a list, and says how far it has come', () => {
    const block = new Block({ bytes: 0 })
    const lines = ['a', 'b', 'x'.repeat(60_000), 'y'.repeat(10_000), 'c']
    expect(block.fill(lines, [{}, undefined, { route: 'x' }], 1, 5)).to.equal(3)
    expect(block.count).to.equal(2)
    block.seal()
    expect(textsOf(block).map(({ length }) => length)).to.deep.equal([2, 60_001])
    expect([block.metaOf(0), block.metaOf(1)]).to.deep.equal([undefined, { route: 'x' }])
  })

  it('pins its bytes until every event is settled', () => {
    const pins = { bytes: 7 }
    const block = blockOf(['{"a":1}', '{}', '{}'], pins)
    expect(pins.bytes).to.equal(7 + 14)
    block.seal()
    block.settle(2, 3, 'confirmed')
    block.settle(0, 1, 'rejected')
    expect(pins.bytes).to.equal(7 + 14)
    block.settle(1, 2, 'confirmed')
    expect(pins.bytes).to.equal(7)
  })

  it('tells each owner about its own events', () => {
    const [a, b, c] = [owner(), owner(), owner()]
    const block = new Block({ bytes: 0 })
    const push = (count: number, whose: Owner) => {
      block.fill(Array(count).fill('{}'), undefined, 0, count)
      block.own(whose)
    }
    push(3, a)
    push(1, b)
    push(4, c)
    block.seal()
    block.settle(1, 2, 'rejected')
    expect([a.rejected, b.rejected, c.rejected]).to.deep.equal([1, 0, 0])
    block.settle(2, 5, 'confirmed')
    expect([a.confirmed, b.confirmed, c.confirmed]).to.deep.equal([1, 1, 1])
    block.settle(5, 8, 'rejected')
    block.settle(0, 1, 'confirmed')
    expect([a, b, c].map(({ confirmed }) => confirmed)).to.deep.equal([2, 1, 1])
    expect([a, b, c].map(({ rejected }) => rejected)).to.deep.equal([1, 0, 3])
  })

  it('tells nobody about no event', () => {
    const told: number[] = []
    const block = new Block({ bytes: 0 })
    for (let at = 0; at < 3; at++) {
      block.fill(['{}'], undefined, 0, 1)
      block.own({ settle: events => told.push(events) })
    }
    block.seal()
    block.settle(1, 3, 'confirmed')
    expect(told).to.deep.equal([1, 1])
    block.settle(0, 1, 'confirmed')
    expect(told).to.deep.equal([1, 1, 1])
  })

  it('tells an owner which of its events they are', () => {
    const firsts: number[] = []
    const settle = (_: number, __: Fate, first: number) => void firsts.push(first)
    const block = blockOf(['{}', '{}', '{}', '{}'])
    block.own({ settle }, 2)
    block.own({ settle }, 4, 7)
    block.seal()
    block.settle(0, 1, 'confirmed')
    block.settle(1, 3, 'confirmed')
    block.settle(3, 4, 'rejected')
    expect(firsts).to.deep.equal([0, 1, 7, 8])
  })

  it('is worth leaving by less than half of its bytes', () => {
    // Eight bytes each.
    const block = blockOf(Array(5).fill('{"a":1}'))
    block.seal()
    expect(block.isWorthLeaving([{ from: 0, to: 2 }])).to.equal(true)
    expect(block.isWorthLeaving([{ from: 0, to: 3 }])).to.equal(false)
    const ranges = [
      { from: 0, to: 1 },
      { from: 2, to: 3 },
    ]
    expect(block.isWorthLeaving(ranges)).to.equal(true)
    expect(block.isWorthLeaving([...ranges, { from: 4, to: 5 }])).to.equal(false)
    // 8 of 17 bytes.
    const odd = blockOf(['{"a":1}', '{"a":12}'])
    odd.seal()
    expect(odd.isWorthLeaving([{ from: 0, to: 1 }])).to.equal(true)
    const half = blockOf(Array(2).fill('{"a":1}'))
    half.seal()
    expect(half.isWorthLeaving([{ from: 0, to: 1 }])).to.equal(false)
  })

  it('pins what is kept beside its events as well', () => {
    const pins = { bytes: 0 }
    const block = new Block(pins)
    block.fill(['{}', '{}'], [{ fields: { id: 1 } }, { route: 'r' }], 0, 2)
    expect(pins.bytes).to.equal(6 + '{"id":1}'.length)
    block.seal()
    expect(pins.bytes).to.equal(6 + '{"id":1}'.length)
    block.settle(0, 2, 'confirmed')
    expect(pins.bytes).to.equal(0)
  })

  it('pins once what neighbours share', () => {
    const pins = { bytes: 0 }
    const meta = { fields: { id: 1 } }
    const block = Block.of(pins, Buffer.from('{}\n{}\n{}\n'), [3, 6, 9], meta)
    expect(pins.bytes).to.equal(9 + '{"id":1}'.length)
    block.settle(0, 3, 'confirmed')
    expect(pins.bytes).to.equal(0)
  })

  it('moves events out to a block of their own, with their owners and what is kept beside them', () => {
    const pins = { bytes: 0 }
    const [a, b] = [owner(), owner()]
    const block = new Block(pins)
    block.fill(['{"n":0}', '{"n":1}', '{"n":2}'], [undefined, { route: 'one' }], 0, 3)
    block.own(a)
    block.fill(['{"ü":3}', '{"n":44}', '{"n":5}'], [undefined, { route: 'four' }], 0, 3)
    block.own(b)
    block.seal()
    block.settle(0, 1, 'confirmed')
    block.settle(3, 4, 'confirmed')
    block.settle(5, 6, 'confirmed')
    const moved = block.moveOut([
      { from: 1, to: 3 },
      { from: 4, to: 5 },
    ])
    expect(textsOf(moved)).to.deep.equal(['{"n":1}\n', '{"n":2}\n', '{"n":44}\n'])
    expect([0, 1, 2].map(at => moved.metaOf(at)?.route)).to.deep.equal(['one', undefined, 'four'])
    expect(moved.hasMeta).to.equal(true)
    // The old block is free: all that is pinned is the copy.
    expect(pins.bytes).to.equal(8 + 8 + 9)
    moved.settle(1, 3, 'rejected')
    expect([a.rejected, b.rejected]).to.deep.equal([1, 1])
    moved.settle(0, 1, 'confirmed')
    expect([a.confirmed, b.confirmed]).to.deep.equal([2, 2])
    expect(pins.bytes).to.equal(0)
  })

  it('can be made of bytes, and pins them as well', () => {
    const pins = { bytes: 0 }
    const block = Block.of(pins, Buffer.from('{}\n{"ü":1}\n'), [3, 12], { route: 'r' })
    const whose = owner()
    block.own(whose)
    expect(textsOf(block)).to.deep.equal(['{}\n', '{"ü":1}\n'])
    expect([block.metaOf(0), block.metaOf(1), block.metaOf(2)]).to.deep.equal([
      { route: 'r' },
      { route: 'r' },
      undefined,
    ])
    expect(block.fill(['{}'], undefined, 0, 1)).to.equal(0)
    expect(pins.bytes).to.equal(12)
    block.settle(0, 1, 'confirmed')
    block.drop(1, 2)
    expect(pins.bytes).to.equal(0)
    expect(whose).to.include({ confirmed: 1, rejected: 0 })
  })

  it('has nothing beside its events unless one has', () => {
    const block = blockOf(['{}', '{}'])
    expect(block.hasMeta).to.equal(false)
    expect(block.metaOf(0)).to.equal(undefined)
    block.fill(['{}'], [{ fields: { id: 1 } }], 0, 1)
    expect(block.hasMeta).to.equal(true)
    expect([0, 1, 2].map(at => block.metaOf(at))).to.deep.equal([
      undefined,
      undefined,
      { fields: { id: 1 } },
    ])
  })
})
