import type { AnyNode } from 'acorn'
import { type Edit, isBoolean, type Place, replaced, textOf } from './edit.ts'

/** Methods whose call is dropped: `a.sort()` becomes `a`. */
const DROPPED = new Set([
  ...['sort', 'toSorted', 'reverse', 'toReversed', 'filter', 'slice', 'flat', 'concat'],
  ...['trim', 'trimEnd', 'trimStart', 'toLowerCase', 'toUpperCase', 'padEnd', 'padStart'],
])

const SWAPPED: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
  push: 'unshift',
  unshift: 'push',
  shift: 'pop',
  pop: 'shift',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
}

/** Changes to a literal, a method, or the value that a function returns. */
export function valueEdits(place: Place): readonly Edit[] {
  const { node } = place
  switch (node.type) {
    case 'Literal':
      return literalEdits(place, node)
    case 'TemplateLiteral':
      if (place.parent?.type === 'TaggedTemplateExpression') return []
      return [replaced(place, 'text', textOf(place.code, node) === '``' ? "'mutant'" : '``')]
    case 'ArrayExpression':
      return [replaced(place, 'array', node.elements.length > 0 ? '[]' : "['mutant']")]
    case 'ObjectExpression':
      return node.properties.length > 0 ? [replaced(place, 'object', '{}')] : []
    case 'CallExpression':
      return methodEdits(place, node)
    case 'ReturnStatement':
      return node.argument ? resultEdits(node.argument) : []
    case 'ArrowFunctionExpression':
      return node.body.type === 'BlockStatement' ? [] : resultEdits(node.body)
    default:
      return []
  }
}

type Literal = Extract<AnyNode, { type: 'Literal' }>

function literalEdits(place: Place, node: Literal): readonly Edit[] {
  const { value } = node
  switch (typeof value) {
    case 'string':
      return isName(place) ? [] : [replaced(place, 'text', value === '' ? "'mutant'" : "''")]
    case 'number':
      return [replaced(place, 'number', String(value + 1))]
    case 'bigint':
      return [replaced(place, 'number', `${value + 1n}n`)]
    case 'boolean':
      return place.parent?.type === 'WhileStatement'
        ? []
        : [replaced(place, 'boolean', `${!value}`)]
    default:
      return node.regex ? regexEdits(place, node.regex) : []
  }
}

/** Whether a string is part of the syntax: the name of a module, a property, or a directive. */
function isName({ node, parent }: Place): boolean {
  switch (parent?.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ExpressionStatement':
      return true
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return parent.key === node && !parent.computed
    default:
      return false
  }
}

/** A regular expression without its anchors. */
function regexEdits(place: Place, { pattern, flags }: NonNullable<Literal['regex']>) {
  const loose = [pattern.replace(/^\^/, ''), pattern.replace(/(?<!\\)\$$/, '')]
  return loose
    .filter(text => text !== pattern && text !== '')
    .map(text => replaced(place, 'expression', `/${text}/${flags}`))
}

function methodEdits(place: Place, { callee }: Extract<AnyNode, { type: 'CallExpression' }>) {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return []
  if (callee.computed) return []
  const { property } = callee
  if (DROPPED.has(property.name)) {
    const before = place.code.slice(place.node.start, property.start)
    return [replaced(place, 'method', before.replace(/\s*\??\.\s*$/, ''))]
  }
  const text = SWAPPED[property.name]
  return text ? [{ kind: 'method', start: property.start, end: property.end, text }] : []
}

/** `undefined` as the result, unless other edits change the result itself. */
function resultEdits(result: AnyNode): readonly Edit[] {
  const others = /^(Literal|TemplateLiteral|ArrayExpression|ObjectExpression|LogicalExpression)$/
  if (others.test(result.type) || isBoolean(result)) return []
  if (result.type === 'Identifier' && result.name === 'undefined') return []
  return [{ kind: 'result', start: result.start, end: result.end, text: 'undefined' }]
}
