import { join } from 'node:path'
import type { StateStore } from '../../beat.ts'
import { makeFolder } from '../../folders.ts'
import { readStoredObject, writeAtomically } from './stored-file.ts'

/**
 * Opens the state of a beat: one JSON file below `path.data/state`, read once and then replaced as a
 * whole by every change. Changes made during a write share the next write.
 *
 * @throws AgentError `STATE_INVALID` when the file is damaged
 */
export async function openState(dataPath: string, beat: string): Promise<StateFile> {
  const folder = join(dataPath, 'state')
  makeFolder(folder, 0o700)
  // An id may have any character, a slash too.
  const file = join(folder, `${encodeURIComponent(beat)}.json`)
  return new StateFile(file, Object.entries((await readStoredObject(file)) ?? {}))
}

class StateFile implements StateStore {
  readonly #file: string
  /** Each value as JSON, so that `get` returns what a restart would read, and an object of its own. */
  readonly #values: Map<string, string>
  #writing: Promise<void> = Promise.resolve()
  /** The next write, which has not begun: it includes every change until it does. */
  #next: Promise<void> | undefined

  constructor(file: string, entries: readonly [string, unknown][]) {
    this.#file = file
    this.#values = new Map(entries.map(([key, value]) => [key, JSON.stringify(value)]))
  }

  get(key: string): unknown {
    const json = this.#values.get(key)
    return json === undefined ? undefined : JSON.parse(json)
  }

  async set(key: string, value: unknown): Promise<void> {
    const json: string | undefined = JSON.stringify(value)
    if (json === undefined) throw new TypeError(`state "${key}": ${typeof value} is not JSON`)
    this.#values.set(key, json)
    return this.#save()
  }

  async delete(key: string): Promise<void> {
    this.#values.delete(key)
    return this.#save()
  }

  /** Resolves when every change made so far is on disk. */
  flush(): Promise<void> {
    return this.#next ?? this.#writing
  }

  #save(): Promise<void> {
    this.#next ??= this.#writeAfter(this.#writing)
    return this.#next
  }

  async #writeAfter(current: Promise<void>): Promise<void> {
    // Its callers learn of its failure. This write has everything that the failed one had.
    await current.catch(() => undefined)
    this.#writing = this.#next ?? Promise.resolve()
    this.#next = undefined
    await writeAtomically(this.#file, this.#text())
  }

  #text(): string {
    const members = [...this.#values].map(([key, json]) => `${JSON.stringify(key)}:${json}`)
    return `{${members.join(',')}}\n`
  }
}
