import { AsyncLocalStorage } from 'node:async_hooks'

/** The imports that are under way, each with everything that its code starts. */
export class Imports {
  readonly #file = new AsyncLocalStorage<string>()
  readonly #loaded = new Map<string, Promise<unknown>>()
  #count = 0

  /** What is exported by a file, which several plugins may name. */
  once(file: string, load: () => Promise<unknown>): Promise<unknown> {
    const known = this.#loaded.get(file) ?? load()
    this.#loaded.set(file, known)
    return known
  }

  async of<T>(file: string, code: () => Promise<T>): Promise<T> {
    this.#count++
    try {
      return await this.#file.run(file, code)
    } finally {
      // Before Node 24 every promise of the process is dearer until then: attribution.ts.
      if (--this.#count === 0) this.#file.disable()
    }
  }

  /** Whether what happens now can be traced to another file. */
  isOfAnother(file: string): boolean {
    const current = this.#file.getStore()
    return current !== undefined && current !== file
  }
}
