import type { Logger } from 'pino'

/**
 * The descendants of a logger, held weakly. A child copies the level of its parent when it is created, so a
 * new level must be set on each of them.
 */
export class ChildLoggers {
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
