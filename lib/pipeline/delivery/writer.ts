import type { Batch, Output, WriteResult } from '../../output.ts'

/** A write that the output has not answered. */
interface Pending {
  readonly abort: AbortController
  /** performance.now() of the call, or of the last progress. */
  sinceMs: number
  timer: NodeJS.Timeout | undefined
}

/** With no `timeout`, the log says after each such time that the output has not answered. */
const SILENCE_MS = 60_000

/** Calls `write` of an output with a deadline: an output may hang, answer late, or ignore its signal. */
export class Writer {
  readonly #output: Output
  readonly #timeoutMs: number
  readonly #onSilence: (silentMs: number) => void
  readonly #silenceMs: number
  readonly #pending = new Set<Pending>()
  #isAborted = false

  /**
   * @param timeoutMs without an answer or progress the write fails; 0 waits for ever
   * @param onSilence is called once in `silenceMs` while it waits for ever
   */
  constructor(
    output: Output,
    timeoutMs: number,
    onSilence: (silentMs: number) => void = () => undefined,
    silenceMs = SILENCE_MS,
  ) {
    this.#output = output
    this.#timeoutMs = timeoutMs
    this.#onSilence = onSilence
    this.#silenceMs = silenceMs
  }

  /** Milliseconds since the oldest of the present writes began or made progress; 0 if there is none. */
  get writingForMs(): number {
    const now = performance.now()
    return Math.max(0, ...[...this.#pending].map(({ sinceMs }) => now - sinceMs))
  }

  /**
   * Resolves with the answer; with undefined after `abort`, whatever the output does from then on.
   *
   * @throws what the output throws, an Error after the timeout, a TypeError for an answer without lists
   */
  async write(batch: Batch): Promise<WriteResult | undefined> {
    if (this.#isAborted) return undefined
    const pending: Pending = {
      abort: new AbortController(),
      sinceMs: performance.now(),
      timer: undefined,
    }
    this.#pending.add(pending)
    try {
      return await this.#raced(batch, pending)
    } finally {
      clearTimeout(pending.timer)
      this.#pending.delete(pending)
    }
  }

  /** Ends all writes: those that ignore their signal are left behind. */
  abort(): void {
    this.#isAborted = true
    for (const { abort } of this.#pending) abort.abort()
  }

  #raced(batch: Batch, pending: Pending): Promise<WriteResult | undefined> {
    return new Promise((resolve, reject) => {
      const { signal } = pending.abort
      const onAbort = () => {
        if (this.#isAborted) resolve(undefined)
        // What is known of a part can still be said at once.
        else setImmediate(() => reject(signal.reason))
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#arm(pending)
      const progress = () => {
        if (!this.#pending.has(pending)) return
        pending.sinceMs = performance.now()
        this.#arm(pending)
      }
      attempt(this.#output, batch, { signal, progress }).then(
        result => (signal.aborted && !isPart(result) ? reject(signal.reason) : resolve(result)),
        // That its signal has aborted is no reason: why it did is one.
        error => reject(signal.aborted ? signal.reason : error),
      )
    })
  }

  #arm(pending: Pending): void {
    clearTimeout(pending.timer)
    if (this.#timeoutMs === 0) {
      const say = () => this.#onSilence(performance.now() - pending.sinceMs)
      pending.timer = setInterval(say, this.#silenceMs).unref()
      return
    }
    const fail = () =>
      pending.abort.abort(new Error(`the output has not answered within ${this.#timeoutMs} ms`))
    pending.timer = setTimeout(fail, this.#timeoutMs)
  }
}

/** An answer that is worth more than none at the end of the time: the peer has taken some, and then was silent. */
function isPart({ retry, cause }: WriteResult): boolean {
  return retry.length > 0 && cause === 'lost'
}

async function attempt(
  output: Output,
  batch: Batch,
  call: Parameters<Output['write']>[1],
): Promise<WriteResult> {
  const result = await output.write(batch, call)
  if (!Array.isArray(result?.retry) || !Array.isArray(result.reject)) {
    throw new TypeError('the output answered without { retry: […], reject: […] }')
  }
  return result
}
