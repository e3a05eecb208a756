import type { Logger } from 'pino'
import type { DenialStacks } from '../seccomp/kernel/denial-stacks.ts'
import { type Denial, type DenialSample, takeDenials } from '../seccomp/kernel/denials.ts'

/** Milliseconds between two looks, and the longest silence about a call that goes on being denied. */
const PERIOD = 1_000
const LONGEST_SILENCE = 60_000

/** What has been logged of one system call, and what has not yet. */
interface Told {
  /** Denials that a line has counted. */
  readonly total: number
  /** When the next line may come, and the silence after it, in milliseconds. */
  readonly due: number
  readonly pause: number
  /** The first of those that no line has told of. */
  readonly sample: DenialSample | undefined
}

const NOTHING: Told = { total: 0, due: 0, pause: PERIOD, sample: undefined }

/**
 * Logs what the filter denies under `seccomp.diagnose`: a line for the first denial of each system call,
 * then with the number of those since, at most one a second, and ever fewer while it goes on.
 */
export class DenialLog {
  readonly #log: Logger
  readonly #stacks: Pick<DenialStacks, 'take'> | undefined
  readonly #look: () => readonly Denial[]
  readonly #told = new Map<number, Told>()

  constructor(
    log: Logger,
    stacks: Pick<DenialStacks, 'take'> | undefined,
    look: () => readonly Denial[] = takeDenials,
  ) {
    this.#log = log
    this.#stacks = stacks
    this.#look = look
  }

  /** Looks every second; returns what ends that, with a last look. */
  start(): () => void {
    const timer = setInterval(() => this.tell(performance.now()), PERIOD).unref()
    return () => {
      clearInterval(timer)
      this.tell(Number.POSITIVE_INFINITY)
    }
  }

  /** Logs what is due at `now`, in milliseconds of one clock. */
  tell(now: number): void {
    for (const denial of this.#look()) {
      const told = this.#told.get(denial.number) ?? NOTHING
      const sample = told.sample ?? denial.sample
      if (denial.total === told.total || now < told.due) {
        this.#told.set(denial.number, { ...told, sample })
        continue
      }
      const stack = this.#stacks?.take(denial.number)
      const fields = fieldsOf(denial, sample, denial.total - told.total)
      this.#log.warn(stack === undefined ? fields : { ...fields, stack }, 'Seccomp denied')
      const pause = Math.min(told.pause * 2, LONGEST_SILENCE)
      const due = now + told.pause
      this.#told.set(denial.number, { total: denial.total, due, pause, sample: undefined })
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
