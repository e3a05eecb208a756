import { setImmediate as turn } from 'node:timers/promises'
import type { Batch, Output, WriteResult } from '../../lib/output.ts'

/** What becomes of one line; `lost`: confirmed, but the answer does not arrive. */
export type Fate = 'confirm' | 'retry' | 'reject'
export type Answer = readonly Fate[] | Error

/** An output that keeps what it confirms in memory and refuses as it is told to. */
export class MemoryOutput implements Output {
  /** The lines of each write, in the order of the calls. */
  readonly attempts: (readonly string[])[] = []
  readonly confirmed: string[] = []
  readonly rejected: string[] = []
  /** Lines of writes that ended in an error: confirmed all the same, and possibly again. */
  readonly doubtful: string[] = []
  closed = false
  readonly #answer: (lines: readonly string[]) => Answer | Promise<Answer>

  constructor(answer: (lines: readonly string[]) => Answer | Promise<Answer> = () => []) {
    this.#answer = answer
  }

  async write({ lines }: Batch): Promise<WriteResult> {
    this.attempts.push(lines)
    await turn()
    const answer = await this.#answer(lines)
    if (answer instanceof Error) {
      this.doubtful.push(...lines)
      throw answer
    }
    const having = (fate: Fate) => [...lines.keys()].filter(i => (answer[i] ?? 'confirm') === fate)
    this.confirmed.push(...having('confirm').map(i => lines[i] ?? ''))
    this.rejected.push(...having('reject').map(i => lines[i] ?? ''))
    return {
      retry: having('retry'),
      reject: having('reject').map(index => ({ index, reason: 'never' })),
    }
  }

  async close(): Promise<void> {
    this.closed = true
  }
}
