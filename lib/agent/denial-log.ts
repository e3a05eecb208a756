import type { Logger } from 'pino'
import type { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import { type Denial, type DenialSample, takeDenials } from '../seccomp/kernel/denials.ts'

/** Milliseconds between two looks, and the longest silence about a call that goes on being denied. */
const PERIOD_MS = 1_000
const LONGEST_SILENCE_MS = 60_000

/** What has been logged of one system call, and what has not yet. */
interface Reported {
  /** Denials that a line has counted. */
  readonly total: number
  /** When the next line may come, and the silence after it, in milliseconds. */
  readonly dueMs: number
  readonly pauseMs: number
  /** The first of those that no line has told of. */
  readonly sample: DenialSample | undefined
}

const NOTHING: Reported = { total: 0, dueMs: 0, pauseMs: PERIOD_MS, sample: undefined }

/**
 * Logs what the filter denies under `seccomp.diagnose`: a line for the first denial of each system call,
 * then with the number of those since, at most one a second, and ever fewer while it goes on.
 */
export class DenialLog {
  readonly #log: Logger
  readonly #stacks: Pick<DenialStacks, 'take'> | undefined
  readonly #takeDenials: () => readonly Denial[]
  readonly #reported = new Map<number, Reported>()

  constructor(
    log: Logger,
    stacks: Pick<DenialStacks, 'take'> | undefined,
    look: () => readonly Denial[] = takeDenials,
  ) {
    this.#log = log
    this.#stacks = stacks
    this.#takeDenials = look
  }

  /** Looks every second; returns what ends that, with a last look. */
  start(): () => void {
    const timer = setInterval(() => this.report(performance.now()), PERIOD_MS).unref()
    return () => {
      clearInterval(timer)
      this.report(Number.POSITIVE_INFINITY)
    }
  }

  /** Logs what is due at `nowMs`, on one monotonic clock. */
  report(nowMs: number): void {
    for (const denial of this.#takeDenials()) {
      const reported = this.#reported.get(denial.number) ?? NOTHING
      const sample = reported.sample ?? denial.sample
      if (denial.total === reported.total || nowMs < reported.dueMs) {
        this.#reported.set(denial.number, { ...reported, sample })
        continue
      }
      const stack = this.#stacks?.take(denial.number)
      const fields = fieldsOf(denial, sample, denial.total - reported.total)
      this.#log.warn(stack === undefined ? fields : { ...fields, stack }, 'Seccomp denied')
      const pauseMs = Math.min(reported.pauseMs * 2, LONGEST_SILENCE_MS)
      const dueMs = nowMs + reported.pauseMs
      this.#reported.set(denial.number, { total: denial.total, dueMs, pauseMs, sample: undefined })
    }
  }
}

function fieldsOf(
  { name, number, total }: Denial,
  sample: DenialSample | undefined,
  count: number,
) {
  if (!sample) return { syscall: { name, number }, count, total }
  const args = sample.arguments.map(word => `0x${word.toString(16)}`)
  const syscall = { name, number, arguments: args, errno: sample.errno }
  return { syscall, thread: sample.thread, count, total }
}
