/** The wish that the configuration be read again, kept until somebody sees to it: two are one. */
export class ReloadRequest {
  #asked = false
  #wake: (() => void) | undefined

  ask(): void {
    this.#asked = true
    this.#wake?.()
  }

  /** Resolves once it has been asked for, be it before this; the request is then answered for. */
  async next(): Promise<void> {
    if (!this.#asked) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    this.#asked = false
  }
}
