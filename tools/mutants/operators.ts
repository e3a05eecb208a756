import type { AnyNode } from 'acorn'
import { type Edit, isDecision, operandOf, type Place, replaced, textOf } from './edit.ts'

/** Each operator with the one that is easily mistaken for it. */
const MISTAKEN: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '|=': '&=',
  '&=': '|=',
  '<<=': '>>=',
  '>>=': '<<=',
  '>>>=': '<<=',
  '??=': '=',
  '||=': '=',
  '&&=': '=',
}

const OPPOSITE: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
}

/** Changes to an operator or a condition. */
export function operatorEdits(place: Place): readonly Edit[] {
  const { node, code } = place
  switch (node.type) {
    case 'BinaryExpression':
      return [...binaryEdits(place, node), ...decisionEdits(place)]
    case 'LogicalExpression':
      // Either operand alone. Tests that notice both of these also notice a wrong operator.
      return [node.left, node.right].map(operand =>
        replaced(place, 'logical', operandOf(code, operand)),
      )
    case 'UnaryExpression':
      return [...unaryEdits(place, node), ...decisionEdits(place)]
    case 'UpdateExpression':
      return [replaced(place, 'arithmetic', updated(code, node))]
    case 'AssignmentExpression':
      return isText(node.right) ? [] : otherOperator(place, node, MISTAKEN, 'assignment')
    case 'MemberExpression':
      return node.optional ? optionalEdits(place, node.object, node.computed ? '' : '.') : []
    case 'CallExpression':
      return node.optional ? optionalEdits(place, node.callee, '') : []
    case 'WhileStatement':
    case 'ForStatement':
      // Not `true`: an endless loop only costs the time until its timeout.
      return node.test && !isTrue(node.test)
        ? [{ kind: 'condition', start: node.test.start, end: node.test.end, text: 'false' }]
        : []
    default:
      return decisionEdits(place)
  }
}

function binaryEdits(place: Place, node: Extract<AnyNode, { type: 'BinaryExpression' }>) {
  if (node.operator === '+' && (isText(node.left) || isText(node.right))) return []
  const kind = node.operator in OPPOSITE ? 'comparison' : 'arithmetic'
  const opposite = isDecision(place) ? [] : otherOperator(place, node, OPPOSITE, kind)
  return [...otherOperator(place, node, MISTAKEN, kind), ...opposite]
}

function unaryEdits(place: Place, node: Extract<AnyNode, { type: 'UnaryExpression' }>) {
  const { operator } = node
  if (!['!', '-', '~'].includes(operator) || isDecision(place)) return []
  return [
    replaced(
      place,
      operator === '!' ? 'logical' : 'arithmetic',
      operandOf(place.code, node.argument),
    ),
  ]
}

/** `true` and `false` in place of a decision. */
function decisionEdits(place: Place): readonly Edit[] {
  if (!isDecision(place) || place.node.type === 'Literal') return []
  return ['true', 'false'].map(answer => replaced(place, 'condition', answer))
}

type Operation = Extract<AnyNode, { type: 'BinaryExpression' | 'AssignmentExpression' }>

function otherOperator(
  { code }: Place,
  node: Operation,
  others: Readonly<Record<string, string>>,
  kind: string,
): readonly Edit[] {
  const text = others[node.operator]
  if (text === undefined) return []
  const { left, right } = node
  const operands = [operandOf(code, left), operandOf(code, right)]
  return [{ kind, start: node.start, end: node.end, text: operands.join(` ${text} `) }]
}

function updated(code: string, node: Extract<AnyNode, { type: 'UpdateExpression' }>): string {
  const operator = node.operator === '++' ? '--' : '++'
  const argument = textOf(code, node.argument)
  return node.prefix ? operator + argument : argument + operator
}

/** `a?.b` without its question mark. */
function optionalEdits({ code }: Place, before: AnyNode, text: string): readonly Edit[] {
  const start = code.indexOf('?.', before.end)
  return [{ kind: 'optional chaining', start, end: start + 2, text }]
}

/** Whether a node is certainly a string, so that `+` concatenates. */
function isText(node: AnyNode): boolean {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string'
    case 'TemplateLiteral':
      return true
    case 'BinaryExpression':
      return node.operator === '+' && (isText(node.left) || isText(node.right))
    default:
      return false
  }
}

function isTrue(node: AnyNode): boolean {
  return node.type === 'Literal' && node.value === true
}
