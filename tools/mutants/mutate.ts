import { type AnyNode, parse } from 'acorn'
import type { Edit, Place } from './edit.ts'
import { operatorEdits } from './operators.ts'
import { statementEdits } from './statements.ts'
import { valueEdits } from './values.ts'

/** All edits of a module, in the order of their places. With any one of them the module still parses. */
export function editsOf(code: string): readonly Edit[] {
  const edits = new Map<string, Edit>()
  for (const place of placesOf(code)) {
    for (const edit of [...operatorEdits(place), ...valueEdits(place), ...statementEdits(place)]) {
      const { start, end, text } = edit
      if (code.slice(start, end) !== text) edits.set(`${start} ${end} ${text}`, edit)
    }
  }
  return [...edits.values()]
    .filter(edit => parses(applied(code, edit)))
    .sort((a, b) => a.start - b.start || a.end - b.end)
}

/** A source with an edit. */
export function applied(code: string, { start, end, text }: Edit): string {
  return code.slice(0, start) + text + code.slice(end)
}

function* placesOf(code: string): Generator<Place> {
  const waiting: Place[] = [{ node: parsed(code) as AnyNode, parent: undefined, code }]
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    yield place
    for (const child of Object.values(place.node).flat()) {
      if (isNode(child)) waiting.push({ node: child, parent: place.node, code })
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function parsed(code: string) {
  return parse(code, { ecmaVersion: 2023, sourceType: 'module' })
}

function parses(code: string): boolean {
  try {
    parsed(code)
    return true
  } catch {
    return false
  }
}
