// The steps of a test, from a plugin that may be anybody's: each has its deadline, and so have all together.

import { type ConfiguredOutput, titleOf } from '../../agent/plan.ts'
import type { OutputContext, OutputTestStep, OutputType } from '../../output.ts'
import { settledBy } from '../../settled.ts'

/** An output ends a step of its own after 10 s, and says more about it. */
const STEP_MS = 12_000

const ALL_MS = 120_000

/** The function of an output that takes steps. */
export type Begin = (
  output: OutputType,
) =>
  | ((context: OutputContext<unknown>, signal: AbortSignal) => AsyncIterable<OutputTestStep>)
  | undefined

/** @throws whatever the test has thrown, which is the fault of the output */
export async function* stepsOf(
  { plugin, kind, id }: ConfiguredOutput,
  context: OutputContext<unknown>,
  limits = { stepMs: STEP_MS, allMs: ALL_MS },
  begin: Begin = output => output.test,
): AsyncGenerator<OutputTestStep> {
  const end = new AbortController()
  const all = AbortSignal.timeout(limits.allMs)
  // A test that waits for nothing real would leave Node without a reason to go on until the deadline.
  const keepAlive = setInterval(() => undefined, limits.stepMs)
  try {
    const steps = begin(plugin)?.call(plugin, context, end.signal)[Symbol.asyncIterator]()
    if (steps === undefined) return
    for (;;) {
      const next = steps.next()
      const deadline = AbortSignal.any([all, AbortSignal.timeout(limits.stepMs)])
      if (!(await settledBy(next, deadline))) {
        const [what, ms] = all.aborted ? ['the test', limits.allMs] : ['a step', limits.stepMs]
        yield {
          ...{ peer: titleOf({ kind, id }), step: 'test' },
          found: `${what} has not ended within ${ms / 1000} s`,
          hint: 'check the addresses, and the firewalls on the way',
        }
        return
      }
      const { value, done } = await next
      if (done) return
      yield value
    }
  } finally {
    clearInterval(keepAlive)
    end.abort(new Error('the test has ended'))
  }
}
