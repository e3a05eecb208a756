import type { EventMeta } from '../../lib/event.ts'
import type { Output, OutputTestStep, OutputType, WriteResult } from '../../lib/output.ts'
import { memoryLog, NEVER } from '../pipeline/fixtures.ts'
import { batchOf, settingsOf } from './batch.ts'

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }

/** Outputs of one type, opened for a test and closed after it. */
export class Opening<S> {
  readonly #type: OutputType<S>
  readonly #opened: Output[] = []
  readonly #memory = memoryLog()

  constructor(type: OutputType<S>) {
    this.#type = type
  }

  /** What they have logged. */
  get logged(): readonly Readonly<Record<string, unknown>>[] {
    return this.#memory.lines
  }

  async open(written: object): Promise<Output> {
    const settings = settingsOf(this.#type, written)
    const opened = await this.#type.open({ settings, log: this.#memory.log, paths: PATHS })
    this.#opened.push(opened)
    return opened
  }

  /** What `test output` finds out. */
  async test(written: object): Promise<readonly OutputTestStep[]> {
    const settings = settingsOf(this.#type, written)
    const steps: OutputTestStep[] = []
    const context = { settings, log: this.#memory.log, paths: PATHS }
    for await (const step of this.#type.test?.(context, NEVER) ?? []) steps.push(step)
    return steps
  }

  /** What `check` says of settings that are right one by one. */
  problems(written: object): readonly string[] {
    const problems = this.#type.check?.(settingsOf(this.#type, written)) ?? []
    return problems.map(({ path, message }) => `${path.join('.')} ${message}`)
  }

  async close(): Promise<void> {
    for (const each of this.#opened.splice(0)) await each.close()
    this.#memory.lines.length = 0
  }
}

interface WriteOptions {
  readonly signal?: AbortSignal
  readonly meta?: readonly (EventMeta | undefined)[]
  readonly progress?: () => void
}

export function write(
  to: Output,
  lines: readonly string[],
  { signal = AbortSignal.timeout(5_000), meta = [], progress = () => undefined }: WriteOptions = {},
): Promise<WriteResult> {
  return to.write(batchOf(lines, meta), { signal, progress })
}

/** Lines of so many events. */
export function linesOf(count: number, first = 0): readonly string[] {
  return Array.from({ length: count }, (_, at) =>
    JSON.stringify({ '@timestamp': '2026-01-31T13:45:00.123Z', message: `event ${first + at} ü` }),
  )
}

/** Resolves once a condition holds. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 5_000
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`it never came to this: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}
