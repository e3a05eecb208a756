// Attributes of the fields of an event as text, by their names with dots: `{ a: { b: 1 } }` is `a.b`. A map in a list
// stays a map. Null is no attribute. Of two fields with the same name the first one counts, as attributes are unique.
//
// Events have the same names again and again, so they are kept, in a tree as the fields are one: to look up a key
// of a map is cheaper than to put a name together, and to see by a number that a name is there already.

import { anyValue, MAX_DEPTH } from './any-value.ts'

/** A map of JSON. */
export type Fields = Readonly<Record<string, unknown>>

/** Which of the fields in maps are wanted. */
type Wanted = 'all' | 'numbers' | 'others'

interface Name {
  readonly name: string
  /** `{"key":"a.b","value":` */
  readonly begin: string
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
  /** Of the present record, each with a comma behind it. */
  #text = ''

  /** The next record, or resource: it has no attribute yet. */
  begin(): void {
    this.#record++
    this.#text = ''
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

  /**
   * Adds a field, or the fields of a map.
   *
   * @throws RangeError if the fields are too deep
   */
  add(key: string, value: unknown, wanted: Wanted): void {
    this.#add(key, value, wanted, undefined, 0)
  }

  /** A list of all that were added. */
  end(): string {
    return `[${this.#text.slice(0, -1)}]`
  }

  #add(key: string, value: unknown, wanted: Wanted, parent: Node | undefined, depth: number): void {
    if (value === null || key === '') return
    if (isMap(value)) {
      if (depth >= MAX_DEPTH) throw new RangeError('too deep')
      const node = this.#child(parent, key)
      for (const each in value) this.#add(each, value[each], wanted, node, depth + 1)
      return
    }
    if (wanted !== 'all' && (typeof value === 'number') !== (wanted === 'numbers')) return
    const { name } = this.#child(parent, key)
    if (name.record === this.#record) return
    name.record = this.#record
    this.#text += `${name.begin}${anyValue(value)}},`
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
    const begin = `{"key":${JSON.stringify(written)},"value":`
    const name = { name: written, begin, record: -1 }
    this.#names.set(written, name)
    return name
  }
}

export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
