import { expect } from 'chai'
import fc from 'fast-check'
import { assemble } from '../../../lib/seccomp/compiler/assemble.ts'
import { Graph, longestPath, type Node } from '../../../lib/seccomp/compiler/graph.ts'
import type { Program } from '../../../lib/seccomp/compiler/program.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'

/** A jump has a byte for each of its two distances: `struct sock_filter` of linux/filter.h. */
const LONGEST_JUMP = 255

/** The words of a call that a graph may load: the number, the architecture and two halves. */
const OFFSETS = [0, 4, 16, 20]
type Words = readonly number[]

/** What a graph says, node by node, and how many of them it passes. */
function walked(root: Node, words: Words): { readonly value: number; readonly steps: number } {
  let [node, accumulator, steps] = [root, 0, 1]
  for (; node.kind !== 'return'; steps++) {
    if (node.kind === 'load') accumulator = words[OFFSETS.indexOf(node.offset)] ?? 0
    if (node.kind === 'and') accumulator = (accumulator & node.mask) >>> 0
    node = node.kind === 'test' ? (isMet(node, accumulator) ? node.yes : node.no) : node.next
  }
  return { value: node.value, steps }
}

function isMet({ test, k }: Extract<Node, { kind: 'test' }>, accumulator: number): boolean {
  switch (test) {
    case 'equal':
      return accumulator === k
    case 'greater':
      return accumulator > k
    case 'atLeast':
      return accumulator >= k
    case 'set':
      return (accumulator & k) !== 0
  }
}

function run(program: Program, [number = 0, audit = 0, low = 0, high = 0]: Words) {
  const args = [(BigInt(high) << 32n) | BigInt(low)]
  return simulate(program, { audit, number, args }, 'little')
}

/** That it says what its graph says, in jumps that the kernel can make, and how many steps more it takes. */
function compared(program: Program, root: Node, calls: readonly Words[]): readonly number[] {
  const jumps = program.flatMap(each => ('yes' in each ? [each.yes, each.no] : []))
  expect(jumps.filter(skip => skip < 0 || skip > LONGEST_JUMP)).to.deep.equal([])
  const pairs = calls.map(words => ({ words, is: run(program, words), said: walked(root, words) }))
  expect(pairs.filter(({ is, said }) => is.value !== said.value)).to.deep.equal([])
  return pairs.map(({ is, said }) => is.steps - said.steps)
}

const graph = new Graph()
const [ALLOW, DENY, KILL] = [graph.return(1), graph.return(2), graph.return(3)]

/** A test of the number for each from 0 on: one that is not met leads to the next. */
function chain(length: number, yes: (at: number) => Node, last: Node): Node {
  return Array.from({ length }, (_, at) => at).reduceRight(
    (next, at) => graph.test('equal', at, yes(at), next),
    last,
  )
}

const numbers = (count: number): readonly Words[] =>
  Array.from({ length: count }, (_, at) => [at, 0, 0, 0])

describe('the order of instructions', () => {
  it('writes a return again where it is too far, so that no call takes a step more', () => {
    for (let length = 1; length <= 600; length += length < 250 || length > 262 ? 29 : 1) {
      const root = graph.load(
        0,
        chain(length, at => (at % 2 === 0 ? ALLOW : KILL), DENY),
      )
      const program = assemble(root)
      const more = compared(program, root, numbers(length + 1))
      expect(Math.max(...more), `${length}`).to.equal(0)
      expect(program.some(({ op }) => op === 'jump')).to.equal(false)
    }
  })

  it('writes each node once where all are within reach', () => {
    const program = assemble(
      graph.load(
        0,
        chain(250, at => (at % 2 === 0 ? ALLOW : KILL), DENY),
      ),
    )
    expect(program).to.have.lengthOf(1 + 250 + 3)
    expect(program.filter(({ op }) => op === 'return')).to.have.lengthOf(3)
  })

  it('jumps to anything else that is too far, with one step more and no other instruction', () => {
    const far = graph.load(16, graph.test('greater', 7, ALLOW, KILL))
    for (let length = 248; length <= 260; length++) {
      for (const [first, others] of [
        [far, ALLOW],
        [ALLOW, far],
        [far, far],
      ] as const) {
        const lead = (at: number) => (at === 0 ? first : others)
        const root = graph.load(0, graph.test('equal', 999, far, chain(length, lead, DENY)))
        const program = assemble(root)
        const calls = [...numbers(length + 1), [999, 0, 9, 0], [0, 0, 9, 0], [1, 0, 7, 0]]
        const more = compared(program, root, calls)
        expect(Math.max(...more), `${length}`).to.be.at.most(1)
        expect(program.filter(({ op }) => op === 'jump').length).to.be.at.most(1)
      }
    }
  })

  it('uses the whole reach of a jump, also where both targets are far', () => {
    const far = graph.load(16, graph.test('greater', 7, ALLOW, KILL))
    const near = graph.load(20, graph.test('greater', 7, DENY, far))
    const longest: number[] = []
    for (let length = 244; length <= 260; length++) {
      const between = chain(length, () => ALLOW, near)
      for (const top of [
        graph.test('equal', 998, far, near),
        graph.test('equal', 998, near, far),
        graph.test('equal', 998, between, far),
        graph.test('equal', 998, far, ALLOW),
      ]) {
        const root = graph.load(0, graph.test('atLeast', 997, top, between))
        const program = assemble(root)
        const others = [998, 999].flatMap(number => [
          [number, 0, 8, 8],
          [number, 0, 7, 8],
          [number, 0, 8, 0],
          [number, 0, 7, 0],
        ])
        const more = compared(program, root, [...numbers(length + 1), ...others])
        expect(Math.max(...more), `${length}`).to.be.at.most(2)
        longest.push(...program.flatMap(each => ('yes' in each ? [each.yes] : [])))
      }
    }
    expect(Math.max(...longest)).to.equal(LONGEST_JUMP)
  })

  it('reaches over what lies between a test and its second target', () => {
    const far = graph.load(16, graph.test('greater', 7, ALLOW, KILL))
    for (let length = 244; length <= 260; length++) {
      const root = graph.load(
        0,
        graph.test(
          'greater',
          998,
          chain(length, () => KILL, DENY),
          far,
        ),
      )
      const more = compared(assemble(root), root, [
        [998, 0, 8, 0],
        [998, 0, 7, 0],
        [999, 0, 0, 0],
      ])
      expect(Math.max(...more), `${length}`).to.be.at.most(1)
    }
  })

  it('leads a load to what is written already, by a jump if that is no return', () => {
    const shared = graph.and(3, graph.test('set', 1, ALLOW, DENY))
    const root = graph.load(
      0,
      graph.test('equal', 5, graph.load(16, shared), graph.load(20, shared)),
    )
    const program = assemble(root)
    const calls = [5, 6].flatMap(number => [0, 1, 2].map(low => [number, 0, low, 2 - low]))
    compared(program, root, calls)
    expect(program.filter(({ op }) => op === 'jump')).to.have.lengthOf(1)
    const returning = graph.test('equal', 5, graph.load(16, ALLOW), graph.load(20, ALLOW))
    const again = assemble(graph.load(0, returning))
    expect(again.map(({ op }) => op).filter(op => op === 'jump')).to.deep.equal([])
  })

  it('says what the graph says, whatever that is', () => {
    const step = fc.record({
      kind: fc.constantFrom('equal', 'greater', 'atLeast', 'set', 'load', 'and'),
      k: fc.nat(8),
      yes: fc.nat(400),
      no: fc.nat(2),
    })
    const word = fc.nat(8)
    const calls = fc.array(fc.tuple(word, word, word, word), { minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 700 }), calls, (steps, words) => {
        const nodes: Node[] = [ALLOW, DENY, KILL]
        const back = (by: number) => nodes[Math.max(0, nodes.length - 1 - by)] ?? ALLOW
        for (const { kind, k, yes, no } of steps) {
          if (kind === 'load') nodes.push(graph.load(OFFSETS[k % 4] ?? 0, back(no)))
          else if (kind === 'and') nodes.push(graph.and(k, back(no)))
          else nodes.push(graph.test(kind as 'equal', k, back(yes), back(no)))
        }
        const root = graph.load(0, back(0))
        compared(assemble(root), root, words)
      }),
      { numRuns: 60, seed: 1, endOnFailure: true },
    )
  })
})

describe('the graph of a program', () => {
  it('has equal nodes once, and others apart', () => {
    const nodes = () => [
      graph.return(7),
      graph.return(8),
      graph.load(0, ALLOW),
      graph.load(4, ALLOW),
      graph.load(0, DENY),
      graph.and(0, ALLOW),
      graph.and(4, ALLOW),
      graph.and(0, DENY),
      graph.test('equal', 1, ALLOW, DENY),
      graph.test('equal', 2, ALLOW, DENY),
      graph.test('greater', 1, ALLOW, DENY),
      graph.test('equal', 1, DENY, ALLOW),
      graph.test('equal', 1, ALLOW, KILL),
    ]
    const [once, twice] = [nodes(), nodes()]
    expect(new Set(once).size).to.equal(once.length)
    for (const [at, node] of once.entries()) expect(twice[at] === node, `${at}`).to.equal(true)
  })

  it('has no test whose outcomes are the same', () => {
    expect(graph.test('equal', 1, ALLOW, ALLOW) === ALLOW).to.equal(true)
  })

  it('knows the longest way to an answer, the return included', () => {
    expect(longestPath(ALLOW)).to.equal(1)
    const short = graph.load(0, ALLOW)
    const long = graph.load(0, graph.and(1, DENY))
    expect([longestPath(short), longestPath(long)]).to.deep.equal([2, 3])
    expect(longestPath(graph.test('equal', 1, short, long))).to.equal(4)
    expect(longestPath(graph.test('equal', 1, long, short))).to.equal(4)
  })
})
