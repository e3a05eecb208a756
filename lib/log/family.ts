import type { Logger } from 'pino'

/**
 * A logger's children and theirs, for as long as somebody has them. Each has taken its level from its
 * parent when it was made, so that a new one has to be told to all.
 */
export class Family {
  readonly #children = new Set<WeakRef<Logger>>()
  readonly #gone = new FinalizationRegistry<WeakRef<Logger>>(child => this.#children.delete(child))

  /** For pino's `onChild`. */
  readonly add = (child: Logger): void => {
    const reference = new WeakRef(child)
    this.#children.add(reference)
    this.#gone.register(child, reference)
  }

  setLevel(level: string): void {
    for (const reference of this.#children) {
      const child = reference.deref()
      if (child) child.level = level
    }
  }
}
