import type { Event, Receipt } from '../event.ts'
import { aborted } from './aborted.ts'
import { WatchedPromise } from './watched-promise.ts'

export interface Sink {
  publish(events: Event | readonly Event[]): Promise<Receipt>
  /** Everything taken so far, as it was published. */
  readonly events: readonly Event[]
  /** What every publish so far was answered. */
  readonly answers: readonly WatchedPromise<Receipt>[]
}

interface SinkOptions {
  readonly signal: AbortSignal
  /** False: it is full and stays so, until `signal` aborts and what waits is refused. */
  readonly hasRoom: boolean
  /** Called at each publish, taken or not. */
  readonly onPublish: (sink: Sink) => void
}

/** Stands in for the pipeline, with the promises that `Context.publish` makes. */
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
        resolve({ acked: Promise.resolve() })
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
