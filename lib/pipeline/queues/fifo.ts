/** A first-in, first-out queue in amortised constant time, as an array's own `shift` moves every element. */
export class Fifo<T> {
  #items: (T | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#items.length - this.#head
  }

  get first(): T | undefined {
    return this.#items[this.#head]
  }

  get last(): T | undefined {
    return this.#items.at(-1)
  }

  /** The first one first. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at] as T
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (this.size === 0) return undefined
    // Do not keep an item alive until the array is cut.
    this.#items[this.#head++] = undefined
    if (this.#head * 2 >= this.#items.length) this.#cut()
    return item
  }

  /** Removes and returns the items that match, in order. Linear. */
  remove(matches: (item: T) => boolean): readonly T[] {
    const all = this.#items.slice(this.#head) as T[]
    this.#items = all.filter(item => !matches(item))
    this.#head = 0
    return all.filter(matches)
  }

  #cut(): void {
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
