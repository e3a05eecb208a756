import type { Event, Receipt, ReceiptCounts } from '../event.ts'
import { aborted } from './waiting.ts'

export interface Sink {
  publish(events: Event | readonly Event[]): Promise<Receipt>
  /** Every event taken so far, as it was published. */
  readonly events: readonly Event[]
  /** The promise that each publish so far returned. */
  readonly answers: readonly WatchedPromise<Receipt>[]
}

interface SinkOptions {
  readonly signal: AbortSignal
  /** False: the queue is full and stays full, until `signal` aborts and rejects what waits. */
  readonly hasRoom: boolean
  /** Called at each publish, taken or not. */
  readonly onPublish: (sink: Sink) => void
}

/** Takes the place of the pipeline: its `publish` behaves as that of `Context` does. */
export function createSink({ signal, hasRoom, onPublish }: SinkOptions): Sink {
  const events: Event[] = []
  const answers: WatchedPromise<Receipt>[] = []
  const end = aborted(signal)
  const sink: Sink = {
    events,
    answers,
    publish(published) {
      const answer = new WatchedPromise<Receipt>((resolve, reject) => {
        if (signal.aborted || !hasRoom) return void end.then(() => reject(signal.reason))
        events.push(...(isList(published) ? published : [published]))
        const confirmed = isList(published) ? published.length : 1
        resolve(receiptOf({ confirmed, rejected: 0, filtered: 0, unencodable: 0 }))
      })
      answers.push(answer)
      onPublish(sink)
      return answer
    },
  }
  return sink
}

function isList(events: Event | readonly Event[]): events is readonly Event[] {
  return Array.isArray(events)
}

/** A promise that records whether anyone has asked for its outcome. */
class WatchedPromise<T> extends Promise<T> {
  /** While false, nobody would learn of a rejection. */
  watched = false

  constructor(executor: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void) {
    super(executor)
    // Keeps a rejection that nobody handles from ending the process.
    super.then(undefined, () => undefined)
  }

  /** Promises derived from this one are ordinary. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // biome-ignore lint/suspicious/noThenProperty: `await` calls it, which has to be recorded
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.watched = true
    return super.then(onFulfilled, onRejected)
  }
}

function receiptOf(counts: ReceiptCounts): Receipt {
  const stored = Promise.resolve()
  return { stored, confirmed: Promise.resolve(counts), acked: stored }
}
