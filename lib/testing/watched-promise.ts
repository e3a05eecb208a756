/** A promise that knows whether someone has asked for its outcome, and whether it has one. */
export class WatchedPromise<T> extends Promise<T> {
  /** Where false, nobody would learn of a rejection. */
  watched = false
  pending = true

  constructor(executor: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void) {
    super(executor)
    const settled = (): void => {
      this.pending = false
    }
    // Also keeps a rejection that nobody asks for from ending the process.
    super.then(settled, settled)
  }

  /** What is derived from this promise is ordinary. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // biome-ignore lint/suspicious/noThenProperty: `await` calls it, which is what is to be noticed
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.watched = true
    return super.then(onFulfilled, onRejected)
  }
}
