import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Batch, Output, Route } from '../../output.ts'
import { batchOf } from '../batch.ts'
import type { OutputPeer } from './peer.ts'
import { metaOf } from './routes.ts'
import { type Outcome, writeWithin } from './write.ts'

/** How the text of an event begins. */
const TEXT = 'event '

/** The line of an event as the agent encodes it. */
export function lineOf(members: object): string {
  return JSON.stringify({ '@timestamp': '2026-01-01T00:00:00.000Z', ...members })
}

/** An output on trial: every event that is written to it has a text of its own. */
export class Trial {
  readonly output: Output
  readonly timeoutMs: number
  readonly #route: Route | undefined
  readonly #received: OutputPeer['received']
  /** Sets its events apart from those of other trials with the same peer. */
  readonly #series = randomUUID().slice(0, 8)
  #events = 0

  constructor(
    output: Output,
    timeoutMs: number,
    route: Route | undefined,
    received?: OutputPeer['received'],
  ) {
    this.output = output
    this.timeoutMs = timeoutMs
    this.#route = route
    this.#received = received
  }

  /** A batch of new events; `sizes` as in `batchOf`. */
  batch(count: number, sizes: readonly number[] = []): Batch {
    const lines = Array.from({ length: count }, () => this.line())
    return this.batchOf(lines, sizes)
  }

  /** A batch of these lines, each with where the output's own `route` has it go. */
  batchOf(lines: readonly string[], sizes: readonly number[] = []): Batch {
    return { ...batchOf(lines, sizes), meta: metaOf(this.#route, lines) }
  }

  line(): string {
    return lineOf({ message: `${TEXT}${this.#series}-${++this.#events} ü.` })
  }

  write(batch: Batch): Promise<Outcome> {
    return this.#checkArrival(batch, writeWithin(this.output, batch, this.timeoutMs))
  }

  /** Writes ordinary events until they are confirmed; returns a finding if that takes too long. */
  async recover(): Promise<readonly string[]> {
    const end = performance.now() + this.timeoutMs
    for (;;) {
      const batch = this.batch(2)
      const outcome = await this.write(batch)
      if (outcome.findings.length > 0) return outcome.findings
      if (outcome.confirmed.length === batch.count) return []
      if (outcome.reject.length > 0 || outcome.tooLarge) return ['write rejects sound events']
      if (performance.now() > end) {
        const why = outcome.error ?? 'all events are to be tried again'
        return [`write confirms nothing, although the peer is there again: ${why}`]
      }
      await sleep(10)
    }
  }

  /** Adds a finding for events that are confirmed and have not arrived, where the peer can tell. */
  async #checkArrival(batch: Batch, outcome: Promise<Outcome>): Promise<Outcome> {
    const reached = await outcome
    if (reached.confirmed.length === 0 || this.#received === undefined) return reached
    const received = await this.#received()
    const isMissing = (index: number) => !received.includes(textOf(batch.lines[index] ?? '{}'))
    const missing = reached.confirmed.filter(isMissing).length
    if (missing === 0) return reached
    const finding = 'write confirms events that the peer has not received'
    return { ...reached, findings: [...reached.findings, finding] }
  }
}

/** What of an event every encoding should leave as it is; empty for one that the author has made. */
function textOf(line: string): string {
  const message = String(JSON.parse(line).message)
  return message.startsWith(TEXT) ? message : ''
}
