import type { AnyNode } from 'acorn'

/** A small change to a source. */
export interface Edit {
  readonly kind: string
  /** It replaces the source from `start` up to `end`, both offsets. */
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A node of the syntax tree, with its surroundings. */
export interface Place {
  readonly node: AnyNode
  /** Undefined for the program itself. */
  readonly parent: AnyNode | undefined
  /** The whole source. */
  readonly code: string
}

/** Replaces a node. */
export function replaced({ node }: Place, kind: string, text: string): Edit {
  return { kind, start: node.start, end: node.end, text }
}

/** The source of a node. */
export function textOf(
  code: string,
  { start, end }: { readonly start: number; readonly end: number },
) {
  return code.slice(start, end)
}

/** The source of a node as an operand: in parentheses, unless it binds tighter than any operator. */
export function operandOf(code: string, node: AnyNode): string {
  return LOOSE.test(node.type) ? `(${textOf(code, node)})` : textOf(code, node)
}

const LOOSE =
  /^(Binary|Logical|Conditional|Assignment|ArrowFunction|Await|Yield|Sequence)Expression$/

/** Whether a value can only be true or false. */
export function isBoolean(node: AnyNode): boolean {
  switch (node.type) {
    case 'BinaryExpression':
      return /^([!=]==?|[<>]=?|in|instanceof)$/.test(node.operator)
    case 'UnaryExpression':
      return node.operator === '!'
    default:
      return false
  }
}

/** Whether a node decides a branch or is the boolean result of a function: both truth values are tried. */
export function isDecision({ node, parent }: Place): boolean {
  switch (parent?.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return parent.test === node
    case 'ReturnStatement':
      return isBoolean(node)
    case 'ArrowFunctionExpression':
      return parent.body === node && isBoolean(node)
    default:
      return false
  }
}
