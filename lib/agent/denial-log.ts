import type { Logger } from 'pino'
import type { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import { type Denial, type DenialSample, takeDenials } from '../seccomp/kernel/denials.ts'

/** Between two looks at the kernel's counts. */
const PERIOD_MS = 1_000
/** The longest silence about a system call that goes on being denied. */
const LONGEST_SILENCE_MS = 60_000

/** The state of the log about one system call. */
interface Reported {
  /** Denials that a line has counted. */
  readonly total: number
  /** The earliest time of the next line, and the silence after that line. */
  readonly dueMs: number
  readonly pauseMs: number
  /** The first denial that no line has reported yet. */
  readonly sample: DenialSample | undefined
}

const NOTHING: Reported = { total: 0, dueMs: 0, pauseMs: PERIOD_MS, sample: undefined }

/**
 * Logs what the filter denies under `seccomp.diagnose`: a line for the first denial of each system call,
 * then lines with the number of denials since, at most one a second and fewer the longer it goes on.
 */
export class DenialLog {
  readonly #log: Logger
  readonly #stacks: Pick<DenialStacks, 'take'> | undefined
  readonly #takeDenials: () => readonly Denial[]
  readonly #reported = new Map<number, Reported>()

  constructor(
    log: Logger,
    stacks: Pick<DenialStacks, 'take'> | undefined,
    take: () => readonly Denial[] = takeDenials,
  ) {
    this.#log = log
    this.#stacks = stacks
    this.#takeDenials = take
  }

  /** Looks every second. Returns a function that ends that, with a last look. */
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
