// What has become of the events of one write so far.

import type { Rejection, WriteResult } from 'sealbeat'
import { wordsOf } from './codes.ts'
import type { Message } from './messages.ts'

export class Fates {
  readonly #left = new Set<number>()
  readonly #reject: Rejection[]
  /** What failed, of the connections. */
  #lost: Error | undefined
  #isThrottled = false

  constructor(count: number, rejected: readonly Rejection[]) {
    this.#reject = [...rejected]
    for (let index = 0; index < count; index++) this.#left.add(index)
    for (const { index } of rejected) this.#left.delete(index)
  }

  confirm(messages: readonly Message[]): void {
    for (const { index } of messages) this.#left.delete(index)
  }

  reject({ index }: Message, code: number): void {
    this.#left.delete(index)
    this.#reject.push({ index, status: code, reason: wordsOf(code) })
  }

  /** A connection was lost: of what was on its way nobody knows. */
  lose(reason: Error): void {
    this.#lost ??= reason
  }

  /** There is no other topic. It pauses unless some of its partitions take events. */
  throttle(): void {
    this.#isThrottled = true
  }

  /** @throws the failure, if no event has a fate */
  result(count: number): WriteResult {
    const retry = [...this.#left]
    if (this.#lost !== undefined && retry.length === count) throw this.#lost
    const isThrottled = this.#isThrottled && retry.length + this.#reject.length === count
    const cause = this.#lost !== undefined ? 'lost' : isThrottled ? 'throttled' : undefined
    return { retry, reject: this.#reject, ...(retry.length > 0 && cause && { cause }) }
  }

  get failure(): Error | undefined {
    return this.#lost
  }
}
