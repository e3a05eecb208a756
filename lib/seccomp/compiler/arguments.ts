import type { Architecture } from '../architectures/architecture.ts'
import type { Condition, Rule } from '../policy/policy.ts'
import type { Graph, Node } from './graph.ts'
import { ARGUMENTS_OFFSET } from './program.ts'

/** The offset of the `seccomp_data` word that is in the accumulator; undefined if none, unmodified, is. */
type Loaded = number | undefined
/** Makes the node after a test, given what the test leaves in the accumulator. */
type Then = (loaded: Loaded) => Node

const WORD = 0xffffffffn

/**
 * The part of a program that tests arguments: the first rule whose conditions all hold decides, else
 * `otherwise`. A word that is already in the accumulator is not loaded again.
 */
export function testArguments(
  graph: Graph,
  architecture: Architecture,
  name: string,
  rules: readonly { readonly conditions: Rule['conditions']; readonly leaf: Node }[],
  otherwise: Node,
): Node {
  const memo = new Map<string, Node>()
  const from = (rule: number, condition: number, loaded: Loaded): Node => {
    const current = rules[rule]
    if (!current) return otherwise
    const test = current.conditions[condition]
    if (!test) return current.leaf
    const key = `${rule} ${condition} ${loaded}`
    const known = memo.get(key)
    if (known) return known
    const node = testCondition(
      { graph, architecture, narrow: isNarrow(architecture, name, test.argument) },
      test,
      loaded,
      after => from(rule, condition + 1, after),
      after => from(rule + 1, 0, after),
    )
    memo.set(key, node)
    return node
  }
  return from(0, 0, undefined)
}

/**
 * Whether the kernel only looks at the low 32 bits of an argument: always on 32-bit architectures, and
 * elsewhere for `int` and `unsigned int` parameters, whose upper half the caller may fill with anything.
 */
export function isNarrow(architecture: Architecture, name: string, argument: number): boolean {
  return architecture.bits === 32 || architecture.widths[name]?.[argument] === 'i'
}

interface Word {
  readonly graph: Graph
  readonly architecture: Architecture
  readonly narrow: boolean
}

function testCondition(word: Word, test: Condition, loaded: Loaded, yes: Then, no: Then): Node {
  switch (test.operation) {
    case 'Equal':
    case 'MaskedEqual':
      return testMasked(word, test, loaded, yes, no)
    case 'NotEqual':
      return testMasked(word, test, loaded, no, yes)
    case 'GreaterThan':
      return testOrder(word, 'greater', test, loaded, yes, no)
    case 'GreaterOrEqual':
      return testOrder(word, 'atLeast', test, loaded, yes, no)
    case 'LessThan':
      return testOrder(word, 'atLeast', test, loaded, no, yes)
    case 'LessOrEqual':
      return testOrder(word, 'greater', test, loaded, no, yes)
    case 'BitsSet':
      return testBits(word, test, loaded, yes, no)
    case 'BitsNotSet':
      return testBits(word, test, loaded, no, yes)
  }
}

const ALL_BITS = 0xffffffffffffffffn

/** (argument & mask) == value, half by half. A half whose mask is 0 is not tested. */
function testMasked(word: Word, test: Condition, loaded: Loaded, yes: Then, no: Then): Node {
  const { argument, value, mask = ALL_BITS } = test
  if ((value & ~mask) !== 0n || (word.narrow && high(value) !== 0)) return no(loaded)
  const lowHalf: Then = before =>
    testHalf(word, lowOffset(word, argument), low(mask), low(value), before, yes, no)
  if (word.narrow) return lowHalf(loaded)
  const first = highOffset(word, argument)
  return testHalf(word, first, high(mask), high(value), loaded, lowHalf, no)
}

function testHalf(
  { graph }: Word,
  at: number,
  mask: number,
  value: number,
  loaded: Loaded,
  yes: Then,
  no: Then,
): Node {
  if (mask === 0) return yes(loaded)
  if (mask === 0xffffffff) {
    return load(graph, at, loaded, graph.test('equal', value, yes(at), no(at)))
  }
  // The accumulator then holds the masked value, not the word.
  const masked = graph.and(mask, graph.test('equal', value, yes(undefined), no(undefined)))
  return load(graph, at, loaded, masked)
}

function testOrder(
  word: Word,
  operation: 'greater' | 'atLeast',
  { argument, value }: Condition,
  loaded: Loaded,
  yes: Then,
  no: Then,
): Node {
  const { graph, narrow } = word
  const lowAt = lowOffset(word, argument)
  const lowHalf = (before: Loaded) =>
    load(graph, lowAt, before, graph.test(operation, low(value), yes(lowAt), no(lowAt)))
  if (narrow) return high(value) === 0 ? lowHalf(loaded) : no(loaded)
  const at = highOffset(word, argument)
  const same = graph.test('equal', high(value), lowHalf(at), no(at))
  const above =
    high(value) === 0
      ? graph.test('equal', 0, lowHalf(at), yes(at))
      : graph.test('greater', high(value), yes(at), same)
  return load(graph, at, loaded, above)
}

function testBits(
  word: Word,
  { argument, value }: Condition,
  loaded: Loaded,
  yes: Then,
  no: Then,
): Node {
  const { graph, narrow } = word
  const half = (at: number, bits: number, before: Loaded, otherwise: Then): Node => {
    if (bits === 0) return otherwise(before)
    return load(graph, at, before, graph.test('set', bits, yes(at), otherwise(at)))
  }
  const lowHalf: Then = before => half(lowOffset(word, argument), low(value), before, no)
  if (narrow) return lowHalf(loaded)
  return half(highOffset(word, argument), high(value), loaded, lowHalf)
}

function load(graph: Graph, at: number, loaded: Loaded, next: Node): Node {
  return loaded === at ? next : graph.load(at, next)
}

function lowOffset({ architecture }: Word, argument: number): number {
  return ARGUMENTS_OFFSET + 8 * argument + (architecture.endian === 'little' ? 0 : 4)
}

function highOffset({ architecture }: Word, argument: number): number {
  return ARGUMENTS_OFFSET + 8 * argument + (architecture.endian === 'little' ? 4 : 0)
}

function low(value: bigint): number {
  return Number(value & WORD)
}

function high(value: bigint): number {
  return Number((value >> 32n) & WORD)
}
