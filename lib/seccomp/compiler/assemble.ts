import type { Node } from './graph.ts'
import { type Instruction, LONGEST_JUMP, type Program } from './program.ts'

/**
 * Puts the nodes of the graph into an order. The program is written from its last instruction to its
 * first, so the target of every jump is known when the jump is written: BPF only jumps forward.
 * Nodes with several predecessors are shared. If a shared node is out of a conditional jump's reach, a
 * return is written again, which costs no time, and any other node is reached by a `jump`.
 */
export function assemble(root: Node): Program {
  const backwards = new Backwards()
  backwards.place(root)
  return backwards.program()
}

/** Positions are counted from the end: the last instruction is at 0. */
class Backwards {
  readonly #instructions: Instruction[] = []
  readonly #placed = new Map<Node, number>()

  program(): Program {
    return this.#instructions.toReversed()
  }

  /** The position of `node`. Writes the node first if it has none yet. */
  place(node: Node): number {
    return this.#placed.get(node) ?? this.#write(node)
  }

  #write(node: Node): number {
    switch (node.kind) {
      case 'return':
        return this.#put(node, { op: 'return', k: node.value })
      case 'load':
        this.#fallInto(node.next)
        return this.#put(node, { op: 'load', offset: node.offset })
      case 'and':
        this.#fallInto(node.next)
        return this.#put(node, { op: 'and', k: node.mask })
      case 'test':
        return this.#writeTest(node)
    }
  }

  #writeTest(node: Extract<Node, { kind: 'test' }>): number {
    this.place(node.no)
    this.place(node.yes)
    // Bringing the second target within reach may add an instruction, hence one less for the first.
    this.#within(node.no, LONGEST_JUMP - 1)
    this.#within(node.yes, LONGEST_JUMP)
    const here = this.#instructions.length
    const skip = (target: Node) => here - 1 - this.place(target)
    return this.#put(node, { op: node.test, k: node.k, yes: skip(node.yes), no: skip(node.no) })
  }

  /** Makes `target` the instruction that follows next. */
  #fallInto(target: Node): void {
    if (this.place(target) !== this.#instructions.length - 1) this.#reach(target)
  }

  #within(target: Node, distance: number): void {
    if (this.#instructions.length - 1 - this.place(target) > distance) this.#reach(target)
  }

  /** Writes a second way to `target`. Later jumps take it as well, since it is the nearest. */
  #reach(target: Node): void {
    const skip = this.#instructions.length - 1 - this.place(target)
    const again: Instruction =
      target.kind === 'return' ? { op: 'return', k: target.value } : { op: 'jump', k: skip }
    this.#put(target, again)
  }

  #put(node: Node, instruction: Instruction): number {
    this.#placed.set(node, this.#instructions.length)
    return this.#instructions.push(instruction) - 1
  }
}
