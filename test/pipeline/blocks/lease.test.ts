import { expect } from 'chai'
import { Block, type Span } from '../../../lib/pipeline/block.ts'
import { Lease } from '../../../lib/pipeline/lease.ts'
import type { Fate } from '../../../lib/pipeline/owners.ts'

/** Blocks of these lines, all of one owner, and a lease of spans of them. */
function leased(
  blocks: readonly (readonly string[])[],
  ranges: readonly [number, number, number][],
) {
  const pins = { bytes: 0 }
  const settled: Fate[] = []
  const released: number[] = []
  const own = {
    settle(events: number, fate: Fate) {
      for (let at = 0; at < events; at++) settled.push(fate)
    },
  }
  const sealed = blocks.map(lines => {
    const block = new Block(pins)
    const meta = lines.map(line => (line.includes('m') ? { route: line } : undefined))
    block.fill(lines, meta, 0, lines.length)
    block.own(own)
    block.seal()
    return block
  })
  const spans = ranges.map(([at, from, to]): Span => {
    const block = sealed[at]
    if (block === undefined) throw new Error('no such block')
    return { block, from, to }
  })
  const lease = new Lease(spans, events => void (events > 0 && released.push(events)))
  return { lease, pins, settled, released }
}

const LETTERS = ['"a"', '"bb"', '"ü"', '"d"', '"e"']

describe('lease', () => {
  it('is a batch over the bytes of its blocks', () => {
    const { lease } = leased(
      [LETTERS, ['"x"', '"y"']],
      [
        [0, 1, 4],
        [1, 0, 1],
      ],
    )
    expect(lease.count).to.equal(4)
    expect(lease.lines).to.deep.equal(['"bb"', '"ü"', '"d"', '"x"'])
    expect(lease.chunks.map(String)).to.deep.equal(['"bb"\n"ü"\n"d"\n', '"x"\n'])
    expect(lease.ends).to.deep.equal([5, 10, 14, 18])
    expect(Buffer.concat(lease.chunks).length).to.equal(18)
    expect(lease.meta).to.deep.equal([])
  })

  it('has what is kept beside its events, if any of its blocks has', () => {
    const { lease } = leased(
      [['"a"', '"m"', '"b"'], ['"x"']],
      [
        [0, 1, 3],
        [1, 0, 1],
      ],
    )
    expect(lease.meta).to.deep.equal([{ route: '"m"' }, undefined, undefined])
  })

  it('makes lines, ends and meta once', () => {
    const { lease } = leased([['"m"']], [[0, 0, 1]])
    expect(lease.lines).to.equal(lease.lines)
    expect(lease.ends).to.equal(lease.ends)
    expect(lease.meta).to.equal(lease.meta)
  })

  it('has lists that an output can not take events out of', () => {
    const { lease } = leased(
      [LETTERS, ['"m"']],
      [
        [0, 0, 5],
        [1, 0, 1],
      ],
    )
    for (const list of [lease.chunks, lease.lines, lease.meta]) {
      const own: unknown[] = Object(list)
      expect(() => own.pop()).to.throw(TypeError)
    }
    expect(() => Object.assign(lease, { count: 0 })).to.throw(TypeError)
    expect([lease.count, lease.lines.length, lease.chunks.length]).to.deep.equal([6, 6, 2])
  })

  it('settles all at once, and gives back their room', () => {
    const { lease, settled, released, pins } = leased(
      [LETTERS, ['"x"']],
      [
        [0, 0, 5],
        [1, 0, 1],
      ],
    )
    lease.settleAll('rejected')
    expect(settled).to.deep.equal(Array(6).fill('rejected'))
    expect(released).to.deep.equal([6])
    expect(pins.bytes).to.equal(0)
  })

  it('settles some, and leaves a lease of the others in order', () => {
    const { lease, settled, released } = leased(
      [LETTERS, ['"x"', '"y"']],
      [
        [0, 0, 5],
        [1, 0, 2],
      ],
    )
    const fates: (Fate | undefined)[] = [
      undefined,
      'confirmed',
      undefined,
      undefined,
      'rejected',
      'rejected',
      undefined,
    ]
    const rest = lease.settle(fates)
    expect(rest.lines).to.deep.equal(['"a"', '"ü"', '"d"', '"y"'])
    expect(rest.ends).to.deep.equal([4, 9, 13, 17])
    expect(settled).to.deep.equal(['confirmed', 'rejected', 'rejected'])
    expect(released).to.deep.equal([3])
    rest.settleAll('confirmed')
    expect(released).to.deep.equal([3, 4])
    expect(settled.filter(fate => fate === 'confirmed').length).to.equal(5)
  })

  it('copies what is left once it is less than half of a block, and frees the block', () => {
    const lines = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`)
    const { lease, pins } = leased(
      [lines, ['"x"']],
      [
        [0, 0, 10],
        [1, 0, 1],
      ],
    )
    const rest = lease.settle(lines.map((_, n) => (n === 2 || n === 7 ? undefined : 'confirmed')))
    expect(rest.lines).to.deep.equal(['{"n":2}', '{"n":7}', '"x"'])
    // Two events of eight bytes, in one chunk, and the other block as it was.
    expect(rest.chunks.map(String)).to.deep.equal(['{"n":2}\n{"n":7}\n', '"x"\n'])
    expect(pins.bytes).to.equal(16 + 4)
    rest.settleAll('confirmed')
    expect(pins.bytes).to.equal(0)
  })

  it('copies them also while others keep the block alive', () => {
    const lines = Array.from({ length: 10 }, (_, n) => `{"n":${n}}`)
    const { lease, pins } = leased([lines], [[0, 0, 5]])
    const rest = lease.settle([undefined, ...Array(4).fill('confirmed')])
    expect(rest.lines).to.deep.equal(['{"n":0}'])
    expect(pins.bytes).to.equal(80 + 8)
  })

  for (const [count, sizes] of [
    [2, [1, 1]],
    [5, [3, 2]],
    [7, [4, 3]],
  ] as const) {
    it(`halves ${count} events`, () => {
      const lines = Array.from({ length: count }, (_, n) => String(n))
      const { lease } = leased(
        [lines.slice(0, 2), lines.slice(2)],
        [[0, 0, 2], ...(count > 2 ? [[1, 0, count - 2] as [number, number, number]] : [])],
      )
      const halves = lease.halves()
      expect(halves.map(half => half.count)).to.deep.equal(sizes)
      expect(halves.flatMap(half => half.lines)).to.deep.equal(lines)
    })
  }

  it('halves many blocks in order, and leaves no empty chunk', () => {
    const [a, b, c, d, e] = [['0', '1', '2'], ['3'], ['x', '4', '5', '6', '7'], ['8', '9'], ['10']]
    const { lease } = leased(
      [a, b, c, d, e].map(lines => lines ?? []),
      [
        [0, 0, 3],
        [1, 0, 1],
        [2, 1, 5],
        [3, 0, 2],
        [4, 0, 1],
      ],
    )
    const halves = lease.halves().map(half => half.chunks.map(String))
    expect(halves).to.deep.equal([
      ['0\n1\n2\n', '3\n', '4\n5\n'],
      ['6\n7\n', '8\n9\n', '10\n'],
    ])
    const even = leased(
      [
        ['0', '1'],
        ['2', '3'],
      ],
      [
        [0, 0, 2],
        [1, 0, 2],
      ],
    )
    expect(even.lease.halves().map(half => half.chunks.map(String))).to.deep.equal([
      ['0\n1\n'],
      ['2\n3\n'],
    ])
  })

  it('copies what is left of several blocks in their order', () => {
    const of = (name: string) => Array.from({ length: 5 }, (_, n) => `"${name}${n}"`)
    const { lease } = leased(
      [of('a'), of('b'), of('c')],
      [
        [0, 0, 5],
        [1, 0, 5],
        [2, 0, 5],
      ],
    )
    const rest = lease.settle(
      Array.from({ length: 15 }, (_, n) => (n % 5 === 2 ? undefined : 'confirmed')),
    )
    expect(rest.chunks.map(String)).to.deep.equal(['"a2"\n', '"b2"\n', '"c2"\n'])
  })

  it('leaves in its block what is more than half of it', () => {
    const { lease, pins } = leased([['"a"', '"b"', '"c"']], [[0, 0, 3]])
    const rest = lease.settle([undefined, 'confirmed', undefined])
    expect(rest.chunks.map(String)).to.deep.equal(['"a"\n', '"c"\n'])
    expect(pins.bytes).to.equal(12)
  })

  it('gives back the room of each half', () => {
    const { lease, released } = leased([['1', '2', '3']], [[0, 0, 3]])
    for (const half of lease.halves()) half.settleAll('confirmed')
    expect(released).to.deep.equal([2, 1])
  })

  it('tells the queue what is settled, and who has the others', () => {
    const pins = { bytes: 0 }
    const block = new Block(pins)
    block.fill(LETTERS, undefined, 0, 5)
    block.seal()
    const calls: (readonly [settled: number, over: Lease, left: readonly Lease[]])[] = []
    const lease = new Lease([{ block, from: 0, to: 5 }], (...call) => void calls.push(call))
    const rest = lease.settle(['confirmed', undefined, undefined, undefined, 'rejected'])
    const [first, second] = rest.halves()
    first.settleAll('confirmed')
    expect(calls).to.have.length(3)
    expect(calls.map(([settled]) => settled)).to.deep.equal([2, 0, 2])
    expect(calls.map(([, over]) => over)).to.have.ordered.members([lease, rest, first])
    const left = calls.flatMap(call => call[2])
    expect(left).to.have.ordered.members([rest, first, second])
  })

  it('is halved wherever its spans begin', () => {
    const { lease } = leased(
      [LETTERS, LETTERS],
      [
        [0, 2, 3],
        [1, 0, 5],
      ],
    )
    const halves = lease.halves().map(({ lines }) => lines.join(''))
    expect(halves).to.deep.equal(['"ü""a""bb"', '"ü""d""e"'])
  })

  it('has a copy with what is beside its events, which is settled apart', () => {
    const { lease, pins, settled } = leased([['"a"', '"m"', '"c"']], [[0, 1, 3]])
    const before = pins.bytes
    const copy = lease.copy(pins)
    expect(String(copy.slice(0, 2))).to.equal('"m"\n"c"\n')
    expect(String(copy.slice(1, 2))).to.equal('"c"\n')
    expect([0, 1].map(at => copy.metaOf(at))).to.deep.equal([{ route: '"m"' }, undefined])
    expect(pins.bytes).to.equal(before + 8)
    copy.settle(0, 2, 'confirmed')
    expect(pins.bytes).to.equal(before)
    expect(settled).to.deep.equal([])
    const { lease: plain } = leased([['"a"']], [[0, 0, 1]])
    expect(plain.copy(pins).hasMeta).to.equal(false)
  })
})
