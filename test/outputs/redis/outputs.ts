import type { EventMeta } from '../../../lib/event.ts'
import type { Output, OutputTestStep, WriteResult } from '../../../lib/output.ts'
import output from '../../../lib/outputs/redis/redis.ts'
import type { RedisSettings } from '../../../lib/outputs/redis/redis-settings.ts'
import { memoryLog } from '../../pipeline/fixtures.ts'
import { batchOf, settingsOf as parsed } from '../batch.ts'

export type Written = { readonly [key in keyof RedisSettings]?: unknown }

export const settingsOf = (written: Written): RedisSettings => parsed(output, written)

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }

/** Outputs of a test, and what they have logged. */
export class RedisOutputs {
  readonly #opened: Output[] = []
  readonly #memory = memoryLog()

  get logged(): Record<string, unknown>[] {
    return this.#memory.lines
  }

  get messages(): readonly unknown[] {
    return this.logged.map(({ msg }) => msg)
  }

  async open(written: Written): Promise<Output> {
    const settings = settingsOf(written)
    const made = await output.open({ settings, log: this.#memory.log, paths: PATHS })
    this.#opened.push(made)
    return made
  }

  /** What `test output` says. */
  async steps(written: Written): Promise<readonly OutputTestStep[]> {
    const context = { settings: settingsOf(written), log: this.#memory.log, paths: PATHS }
    const steps: OutputTestStep[] = []
    const signal = AbortSignal.timeout(10_000)
    for await (const step of output.test?.(context, signal) ?? []) steps.push(step)
    return steps
  }

  async close(): Promise<void> {
    for (const each of this.#opened.splice(0)) await each.close()
    this.logged.length = 0
  }
}

export function write(
  to: Output,
  lines: readonly string[],
  meta: readonly (EventMeta | undefined)[] = [],
  signal = AbortSignal.timeout(5_000),
): Promise<WriteResult> {
  return to.write(batchOf(lines, meta), { signal, progress: () => undefined })
}

/** The metadata of events with these keys. */
export const to = (...keys: readonly (string | undefined)[]) =>
  keys.map(key => (key === undefined ? undefined : { route: key }))
