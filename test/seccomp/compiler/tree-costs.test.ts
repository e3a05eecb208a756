import { expect } from 'chai'
import { assemble } from '../../../lib/seccomp/compiler/assemble.ts'
import { Graph, longestPath, type Node } from '../../../lib/seccomp/compiler/graph.ts'
import type { Range } from '../../../lib/seccomp/compiler/ranges.ts'
import { decisionTree } from '../../../lib/seccomp/compiler/tree.ts'
import { randomFrom } from '../../faults/random.ts'

/** A policy as programs have them: most calls are allowed or denied, some are tested, few are called. */
interface Shape {
  readonly calls: number
  /** The shares of calls that are denied, whose arguments are tested, and that are called at all. */
  readonly denied: number
  readonly tested: number
  readonly called: number
  /** The share of calls that a few unknown numbers come before. */
  readonly gaps: number
  /** Whether there are calls from 0xf0000 on, as on arm. */
  readonly isArm?: boolean
}

function rangesFor(graph: Graph, shape: Shape, random: () => number): readonly Range[] {
  const [allow, deny, unknown] = [graph.return(1), graph.return(2), graph.return(3)]
  const ranges: Range[] = []
  let next = 0
  const add = (to: number, node: Node, weight: number) => {
    ranges.push({ from: next, to, node, weight })
    next = to + 1
  }
  for (let call = 0; call < shape.calls; call++) {
    if (random() < shape.gaps) add(next + Math.floor(random() * 40), unknown, 0)
    const weight = random() < shape.called ? Math.floor(2 ** (random() * 12)) : 0
    const kind = random()
    if (kind < shape.tested) add(next, tests(graph, 1 + Math.floor(random() * 30), random), weight)
    else add(next, kind < shape.tested + shape.denied ? deny : allow, weight)
  }
  if (shape.isArm) {
    add(0xeffff, unknown, 0)
    for (let call = 0; call < 6; call++) add(next, call % 2 === 0 ? allow : deny, 40 * call)
  }
  add(0x3fffffff, unknown, 0)
  add(0xffffffff, deny, 0)
  return ranges
}

/** Tests of arguments, this many on the longest way. */
function tests(graph: Graph, length: number, random: () => number): Node {
  let node = graph.return(2)
  for (let at = 0; at < length; at++) {
    node = graph.test('equal', Math.floor(random() * 1e6), graph.return(1), node)
  }
  return graph.load(16, node)
}

function stepsTo(tree: Node, number: number): number {
  if (tree.kind !== 'test') return 0
  const holds = tree.test === 'equal' ? number === tree.k : number >= tree.k
  return 1 + stepsTo(holds ? tree.yes : tree.no, number)
}

function costsOf(graph: Graph, ranges: readonly Range[]) {
  const tree = decisionTree(graph, ranges)
  const all = ranges.reduce((sum, { weight }) => sum + weight, 0) || 1
  const steps = ranges.map(({ from }) => stepsTo(tree, from))
  const weighted = ranges.map(({ weight }, at) => (weight / all) * (steps[at] ?? 0))
  // Tests on the way to an answer: of a call that is made, of any call; then instructions.
  return {
    called: weighted.reduce((sum, each) => sum + each, 0),
    even: steps.reduce((sum, each) => sum + each, 0) / ranges.length,
    longest: longestPath(tree),
    instructions: assemble(tree).length,
  }
}

type Costs = ReturnType<typeof costsOf>

/** What each shape costs, on the mean of twelve policies. Whoever makes the search cheaper writes down less. */
const SHAPES: readonly (readonly [name: string, shape: Shape, most: Costs])[] = [
  [
    'of a default policy',
    { calls: 360, denied: 0.4, tested: 0.05, called: 0.3, gaps: 0.03 },
    { called: 6.1635, even: 8.7774, longest: 35.417, instructions: 456.75 },
  ],
  [
    'of a blacklist',
    { calls: 360, denied: 0.02, tested: 0, called: 0.3, gaps: 0.03 },
    { called: 4.0664, even: 4.5543, longest: 7.75, instructions: 34.667 },
  ],
  [
    'of a whitelist of few calls',
    { calls: 120, denied: 0.8, tested: 0.1, called: 0.1, gaps: 0.1 },
    { called: 3.3637, even: 8.2652, longest: 36.084, instructions: 279.667 },
  ],
  [
    'before long tests of arguments',
    { calls: 80, denied: 0.5, tested: 0.4, called: 0.5, gaps: 0.1 },
    { called: 5.1066, even: 6.6884, longest: 37.251, instructions: 627 },
  ],
  [
    'where no call is known to be made',
    { calls: 200, denied: 0.4, tested: 0.05, called: 0, gaps: 0.05 },
    { called: 0, even: 8.0277, longest: 32.251, instructions: 264.584 },
  ],
  [
    'of a default policy on arm',
    { calls: 250, denied: 0.4, tested: 0.05, called: 0.3, gaps: 0.03, isArm: true },
    { called: 5.735, even: 8.3433, longest: 35.5, instructions: 330.75 },
  ],
  [
    'of few calls at all',
    { calls: 9, denied: 0.5, tested: 0.1, called: 0.5, gaps: 0.3 },
    { called: 1.3287, even: 5.545, longest: 19.084, instructions: 32.751 },
  ],
]

describe('what the search for a call costs', () => {
  for (const [name, shape, most] of SHAPES) {
    it(name, () => {
      const random = randomFrom(1)
      const each = Array.from({ length: 12 }, () => {
        const graph = new Graph()
        return costsOf(graph, rangesFor(graph, shape, random))
      })
      for (const kind of ['called', 'even', 'longest', 'instructions'] as const) {
        const mean = each.reduce((sum, costs) => sum + costs[kind], 0) / each.length
        expect(mean, kind).to.be.at.most(most[kind])
      }
    })
  }
})
