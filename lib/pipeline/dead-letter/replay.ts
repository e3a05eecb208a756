// Sends events of the dead letter again. A command moves files to FOLDER/replay; whoever delivers looks there now
// and then, publishes what it finds, and removes a file once each of its events has its fate. An event that is
// refused once more is in the dead letter once more. After a crash in between, a file begins anew.

import { createReadStream } from 'node:fs'
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Logger } from 'pino'
import { codeOf, messageOf } from '../../errors.ts'
import type { EventMeta, Receipt } from '../../event.ts'
import { decodeEntry } from './entry.ts'
import { REPLAY } from './store.ts'

/** Puts encoded events into the queue; waits for room. */
type Replay = (
  lines: readonly string[],
  meta: readonly (EventMeta | undefined)[],
) => Promise<Receipt>

interface ReplayerOptions {
  readonly folder: string
  readonly publish: Replay
  readonly log: Logger
  /** Runs its argument while no events are added to the dead letter. */
  readonly alone: <T>(act: () => Promise<T>) => Promise<T>
  /** Between the end of a look and the next one. */
  readonly intervalMs?: number
}

const INTERVAL_MS = 2_000
const EVENTS_AT_ONCE = 500

export class Replayer {
  readonly #options: ReplayerOptions
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: ReplayerOptions) {
    this.#options = options
  }

  start(): void {
    void this.#look()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const { log, intervalMs = INTERVAL_MS } = this.#options
    try {
      for (const name of await this.#waiting()) {
        if (this.#isStopped) return
        await this.#replay(name)
      }
    } catch (error) {
      // The queue that takes no more events says so to its publishers.
      if (!this.#isStopped) log.error({ err: error }, `Replay failed: ${messageOf(error)}`)
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#look(), intervalMs).unref()
  }

  /** A file that was moved while events were added to it is complete once that is over. */
  async #waiting(): Promise<readonly string[]> {
    const { folder, alone } = this.#options
    try {
      const names = (await readdir(join(folder, REPLAY))).filter(name => name.endsWith('.ndjson'))
      return names.length === 0 ? [] : await alone(async () => names.sort())
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }

  async #replay(name: string): Promise<void> {
    const { folder, log } = this.#options
    const path = join(folder, REPLAY, name)
    const receipts: Promise<unknown>[] = []
    let [events, unreadable] = [0, 0]
    let lines: string[] = []
    let meta: (EventMeta | undefined)[] = []
    const flush = async () => {
      if (lines.length === 0) return
      const receipt = await this.#options.publish(lines, meta)
      receipts.push(receipt.confirmed)
      events += lines.length
      lines = []
      meta = []
    }
    for await (const text of createInterface({ input: createReadStream(path) })) {
      const entry = decodeEntry(text)
      if (!entry) {
        if (text !== '') unreadable++
        continue
      }
      lines.push(entry.line)
      meta.push(entry.meta)
      if (lines.length >= EVENTS_AT_ONCE) await flush()
      if (this.#isStopped) return
    }
    await flush()
    log.info({ file: name, events, unreadable }, 'Events of the dead letter are being sent again')
    await Promise.all(receipts)
    await unlink(path)
    log.info({ file: name, events }, 'Events of the dead letter have been sent again')
  }
}
