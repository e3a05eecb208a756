import type { AnyNode } from 'acorn'
import { type Edit, type Place, replaced, textOf } from './edit.ts'

/** Changes that leave out a block, a statement, or the statements of a case. */
export function statementEdits(place: Place): readonly Edit[] {
  const { node, parent, code } = place
  switch (node.type) {
    case 'BlockStatement':
      return canBeEmpty(node, parent, code) ? [replaced(place, 'block', '{}')] : []
    case 'ExpressionStatement':
    case 'ThrowStatement':
      return canBeMissing(place) ? [replaced(place, 'statement', ';')] : []
    case 'SwitchCase': {
      const [first, last] = [node.consequent[0], node.consequent.at(-1)]
      if (!first || !last || isReturn(first)) return []
      return [{ kind: 'block', start: first.start, end: last.end, text: '' }]
    }
    default:
      return []
  }
}

type Block = Extract<AnyNode, { type: 'BlockStatement' }>

/** Not the body of a loop, which may then never end, nor of a function that only returns. */
function canBeEmpty(
  { start, end, body }: Block,
  parent: AnyNode | undefined,
  code: string,
): boolean {
  const [first] = body
  if (!first || !parent || /^(Do)?WhileStatement$/.test(parent.type)) return false
  if (parent.type === 'ForStatement' && !parent.update) return false
  if (/Function/.test(parent.type) && body.length === 1 && isReturn(first)) return false
  return !/\bsuper\(/.test(textOf(code, { start, end }))
}

/** Not a statement that is alone in its block or branch, which other edits empty or skip. */
function canBeMissing({ node, parent, code }: Place): boolean {
  if (node.type === 'ExpressionStatement' && node.directive !== undefined) return false
  if (/\bsuper\(/.test(textOf(code, node))) return false
  switch (parent?.type) {
    case 'Program':
      return true
    case 'BlockStatement':
      return parent.body.length > 1
    case 'SwitchCase':
      return parent.consequent.length > 1
    default:
      return false
  }
}

function isReturn({ type }: AnyNode): boolean {
  return type === 'ReturnStatement'
}
