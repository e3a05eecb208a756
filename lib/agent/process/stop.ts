import { EXIT, type ExitCode } from './exit.ts'

/**
 * The one request to end, which everything in the agent watches. It aborts without a reason of its
 * own, so that what rejects with it is the AbortError that everybody expects.
 */
export class StopRequest {
  readonly #controller = new AbortController()
  #exitCode: ExitCode = EXIT.ok
  #since: number | undefined

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What the process is to end with once everything is closed. */
  get exitCode(): ExitCode {
    return this.#exitCode
  }

  /** Milliseconds since the first request, 0 while there is none. */
  get elapsedMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since
  }

  /** Ends in good order. */
  ask(): void {
    this.#since ??= performance.now()
    this.#controller.abort()
  }

  /** Ends in the same order, but as a failure: what the queue still holds is worth the try. */
  fail(): void {
    this.#exitCode = EXIT.failure
    this.ask()
  }
}
