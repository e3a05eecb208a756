// Which partition an event goes to.

import { murmur2 } from './murmur2.ts'
import type { KafkaSettings } from './settings.ts'

/** The partitions of a topic: of each the id of the broker that leads it; −1: nobody does now. */
export type Leaders = readonly number[]

const MOST_TOPICS = 10_000

export class Partitioner {
  readonly #how: KafkaSettings['partition']
  readonly #random: () => number
  /** By topic: so many events have gone round. */
  readonly #turns = new Map<string, number>()

  constructor(how: KafkaSettings['partition'], random: () => number = Math.random) {
    this.#how = how
    this.#random = random
  }

  /** Chooses for the events of one batch that have the topic in common. */
  forBatch(topic: string, leaders: Leaders): (key: Buffer | undefined) => number {
    // Those that nobody leads would have to wait.
    const led = [...leaders.keys()].filter(partition => leaders[partition] !== -1)
    const some = led.length > 0 ? led : [...leaders.keys()]
    if (this.#how === 'round_robin') return () => this.#next(topic, some)
    // One for all of them is compressed better, and asks fewer brokers.
    const drawn = some[Math.floor(this.#random() * some.length)] ?? 0
    if (this.#how === 'random') return () => drawn
    return key => (key === undefined ? drawn : (murmur2(key) & 0x7fffffff) % leaders.length)
  }

  #next(topic: string, some: readonly number[]): number {
    // Topics may be named by what is in events.
    if (this.#turns.size >= MOST_TOPICS && !this.#turns.has(topic)) this.#turns.clear()
    const turn = this.#turns.get(topic) ?? Math.floor(this.#random() * some.length)
    this.#turns.set(topic, turn + 1)
    return some[turn % some.length] ?? 0
  }
}
