/** A request for a reload, kept until it is taken. Two requests before that are one. */
export class ReloadRequest {
  #asked = false
  #wake: (() => void) | undefined

  ask(): void {
    this.#asked = true
    this.#wake?.()
  }

  /** Takes the next request: resolves as soon as there is one, at once if there already is. */
  async next(): Promise<void> {
    if (!this.#asked) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    this.#asked = false
  }
}
