import { setOwn } from '../own-field.ts'
import type { MutableEvent, Processor } from '../processor.ts'
import { type Fields, ownValue, type Undo } from './field.ts'

/** What has been changed in maps, so that it can be as it was. */
class UndoLog implements Undo {
  readonly #maps: Fields[] = []
  readonly #keys: string[] = []
  readonly #values: unknown[] = []

  note(map: Fields, key: string): void {
    this.#maps.push(map)
    this.#keys.push(key)
    this.#values.push(ownValue(map, key))
  }

  all(): void {
    for (let at = this.#maps.length - 1; at >= 0; at--) {
      const map = this.#maps[at]
      if (map !== undefined) setOwn(map, this.#keys[at] ?? '', this.#values[at])
    }
  }

  forget(): void {
    this.#maps.length = 0
    this.#keys.length = 0
    this.#values.length = 0
  }
}

/**
 * The `process` of a processor that changes several things: if `work` throws half-way, the event is as it was.
 *
 * @param canFail whether it can throw after it has changed something; otherwise nothing is noted
 */
export function allOrNothing(
  canFail: boolean,
  work: (event: MutableEvent, undo: Undo | undefined) => void,
): Processor['process'] {
  if (!canFail) {
    return event => {
      work(event, undefined)
      return event
    }
  }
  const undo = new UndoLog()
  return event => {
    try {
      work(event, undo)
      return event
    } catch (thrown) {
      undo.all()
      throw thrown
    } finally {
      undo.forget()
    }
  }
}
