// Attributes of the fields of an event, by their names with dots: `{ a: { b: 1 } }` is `a.b`. A map in a list stays
// a map. Null is no attribute. Of two fields with the same name the first one counts, as attributes are unique.
//
// Events have the same names again and again, so they are kept, in a tree as the fields are one: to look up a key
// of a map is cheaper than to put a name together, and to see by a number that a name is there already.

import { anyValue, type KeyValue, MAX_DEPTH } from './any-value.ts'

/** Those of a map, as of Object.entries: a field may have the name __proto__. */
export type Fields = readonly (readonly [name: string, value: unknown])[]

interface Name {
  readonly name: string
  /** The last record that has it, by number: it has it once. */
  record: number
}

interface Node {
  readonly name: Name
  readonly below: Map<string, Node>
}

/** Names beyond these are forgotten, all of them: they may come from outside. */
const MAX_NAMES = 10_000

export class Attributes {
  #record = 0
  #names = new Map<string, Name>()
  #below = new Map<string, Node>()

  /** The next record, or resource: it has no attribute yet. */
  begin(): void {
    this.#record++
    if (this.#names.size < MAX_NAMES) return
    this.#names = new Map()
    this.#below = new Map()
  }

  /** From now on the record has this attribute: what the fields say of it does not count. */
  take(name: string): void {
    this.#nameOf(name).record = this.#record
  }

  has(name: string): boolean {
    return this.#nameOf(name).record === this.#record
  }

  /** @throws RangeError if the fields are too deep */
  of(fields: Fields): KeyValue[] {
    const attributes: KeyValue[] = []
    this.#add(attributes, fields, undefined, 0)
    return attributes
  }

  #add(attributes: KeyValue[], fields: Fields, parent: Node | undefined, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('too deep')
    for (const [key, value] of fields) {
      if (value === null || key === '') continue
      const node = this.#child(parent, key)
      const { name } = node
      if (typeof value === 'object' && !Array.isArray(value)) {
        this.#add(attributes, Object.entries(value), node, depth + 1)
      } else if (name.record !== this.#record) {
        name.record = this.#record
        attributes.push({ key: name.name, value: anyValue(value) })
      }
    }
  }

  #child(parent: Node | undefined, key: string): Node {
    const below = parent?.below ?? this.#below
    const known = below.get(key)
    if (known !== undefined) return known
    const name = this.#nameOf(parent === undefined ? key : `${parent.name.name}.${key}`)
    const node = { name, below: new Map<string, Node>() }
    below.set(key, node)
    return node
  }

  /** Shared by `{ a: { b: 1 } }` and `{ 'a.b': 1 }`. */
  #nameOf(written: string): Name {
    const known = this.#names.get(written)
    if (known !== undefined) return known
    const name = { name: written, record: -1 }
    this.#names.set(written, name)
    return name
  }
}
