import type { Test } from './program.ts'

/**
 * A node of a program as an acyclic graph, before its instructions have an order. The graph defines
 * what a program does; the assembler decides where each instruction goes. Equal nodes are one object.
 */
export type Node =
  | { readonly kind: 'return'; readonly value: number }
  | { readonly kind: 'load'; readonly offset: number; readonly next: Node }
  | { readonly kind: 'and'; readonly mask: number; readonly next: Node }
  | {
      readonly kind: 'test'
      readonly test: Test
      readonly k: number
      readonly yes: Node
      readonly no: Node
    }

/** Makes nodes; equal ones only once. */
export class Graph {
  readonly #returns = new Map<number, Node>()
  readonly #nodes = new Map<string, Node>()
  readonly #ids = new Map<Node, number>()

  return(value: number): Node {
    const known = this.#returns.get(value)
    if (known) return known
    const node: Node = { kind: 'return', value }
    this.#returns.set(value, node)
    return this.#numbered(node)
  }

  load(offset: number, next: Node): Node {
    return this.#once(`load ${offset} ${this.#id(next)}`, { kind: 'load', offset, next })
  }

  and(mask: number, next: Node): Node {
    return this.#once(`and ${mask} ${this.#id(next)}`, { kind: 'and', mask, next })
  }

  /** A test whose two outcomes lead to the same node is replaced by that node. */
  test(test: Test, k: number, yes: Node, no: Node): Node {
    if (yes === no) return yes
    const key = `${test} ${k} ${this.#id(yes)} ${this.#id(no)}`
    return this.#once(key, { kind: 'test', test, k, yes, no })
  }

  #once(key: string, node: Node): Node {
    const known = this.#nodes.get(key)
    if (known) return known
    this.#nodes.set(key, node)
    return this.#numbered(node)
  }

  #numbered(node: Node): Node {
    this.#ids.set(node, this.#ids.size)
    return node
  }

  /** Undefined for a node of another graph, which none of this one leads to. */
  #id(node: Node): number | undefined {
    return this.#ids.get(node)
  }
}

/** Caches `longestPath`: nodes never change. */
const LENGTHS = new WeakMap<Node, number>()

/** The number of instructions on the longest path from a node, the return included. */
export function longestPath(node: Node): number {
  const known = LENGTHS.get(node)
  if (known !== undefined) return known
  const length = 1 + longestAfter(node)
  LENGTHS.set(node, length)
  return length
}

function longestAfter(node: Node): number {
  switch (node.kind) {
    case 'return':
      return 0
    case 'test':
      return Math.max(longestPath(node.yes), longestPath(node.no))
    default:
      return longestPath(node.next)
  }
}
