import type { Asking } from 'sealbeat/host'
import { isAnswered } from './answered.ts'

interface Limits {
  /** How long to wait for one answer. */
  readonly timeoutMs: number
  /** How long to wait for all: further questions are skipped. */
  readonly deadlineMs: number
  /** How many questions may hang, each with a thread of its own, until only those are asked that answered before. */
  readonly maxHanging: number
}

type Answered<T> = T | { readonly problem: string }

/**
 * Asks all questions in one job, and goes on behind one that is not answered: a mount whose server is gone never
 * answers, and the call can't be cancelled. While it hangs, it is not asked again. Once too many hang, what answered
 * when it was last asked is still asked, in one job for each call, so that a dead server takes no other mount along.
 *
 * @param ask starts a job for these questions
 * @param keyOf tells which questions are the same
 * @returns a function that returns the answers in the order of the questions
 */
export function patient<Q, T>(
  ask: (questions: readonly Q[]) => Asking<T>,
  keyOf: (question: Q) => string,
  { timeoutMs, deadlineMs, maxHanging }: Limits,
): (questions: readonly Q[], signal: AbortSignal) => Promise<readonly Answered<T>[]> {
  const hanging = new Set<string>()
  let answered: ReadonlySet<string> = new Set()

  const hangs = (question: Q, { leave, done }: Asking<T>): void => {
    const key = keyOf(question)
    hanging.add(key)
    leave()
    done.then(() => hanging.delete(key))
  }

  return async (questions, signal) => {
    const endMs = performance.now() + deadlineMs
    const answers = new Map<Q, Answered<T>>()
    let open = questions.filter(question => !hanging.has(keyOf(question)))
    for (let isLast = false; !isLast && performance.now() < endMs; ) {
      isLast = hanging.size >= maxHanging
      if (isLast) open = open.filter(question => answered.has(keyOf(question)))
      if (open.length === 0) break
      const asking = ask(open)
      const isDone = await isAnswered(asking, timeoutMs, signal)
      const found = asking.answers()
      for (const [at, answer] of found.entries()) {
        const question = open[at]
        if (question !== undefined) answers.set(question, answer)
      }
      const silent = open[found.length]
      if (signal.aborted) {
        asking.leave()
        break
      }
      if (silent !== undefined && !isDone) {
        hangs(silent, asking)
        answers.set(silent, NO_ANSWER)
      }
      open = isDone ? [] : open.slice(found.length + 1)
    }
    const hasAnswered = (question: Q): boolean => {
      const [key, answer] = [keyOf(question), answers.get(question)]
      // Without an answer it was skipped, and is what it was before.
      if (answer === undefined) return answered.has(key) && !hanging.has(key)
      return answer !== NO_ANSWER
    }
    answered = new Set(questions.filter(hasAnswered).map(keyOf))
    return questions.map(
      question => answers.get(question) ?? (hanging.has(keyOf(question)) ? NO_ANSWER : SKIPPED),
    )
  }
}

const NO_ANSWER = { problem: 'does not answer' }
const SKIPPED = { problem: 'skipped, because others do not answer' }
