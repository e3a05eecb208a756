import { EXIT, type ExitCode } from './exit.ts'

/**
 * The one request to end, which everything in the agent watches. It aborts without a reason of its own,
 * so that code that rejects with the signal's reason rejects with the usual AbortError.
 */
export class StopRequest {
  readonly #controller = new AbortController()
  #exitCode: ExitCode = EXIT.ok
  #sinceMs: number | undefined

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The exit code of the process once everything is closed. */
  get exitCode(): ExitCode {
    return this.#exitCode
  }

  /** Milliseconds since the first request; 0 if there was none. */
  get elapsedMs(): number {
    return this.#sinceMs === undefined ? 0 : performance.now() - this.#sinceMs
  }

  /** Asks for an end in good order. */
  ask(): void {
    this.#sinceMs ??= performance.now()
    this.#controller.abort()
  }

  /** Says how the process ends, unless it has failed. */
  endWith(code: ExitCode): void {
    if (this.#exitCode === EXIT.ok) this.#exitCode = code
  }

  /** Asks for the same, but with the exit code of a failure: the events in the queue are worth a try. */
  fail(): void {
    this.#exitCode = EXIT.failure
    this.ask()
  }
}
