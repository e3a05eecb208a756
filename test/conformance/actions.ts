import { constants } from 'node:os'
import type { Action } from '../../lib/seccomp/policy/policy.ts'
import { type Ended, runChild } from './child.ts'
import { compare, type Finding } from './finding.ts'

const { EPERM, ENOSYS } = constants.errno

/** S11 a to g: what each action does to a raw thread that makes the call, and to its process. */
const EXPECTED: { readonly [A in Action]: Pick<Ended, 'end' | 'answer'> } = {
  allow: { end: 0, answer: { errno: 0, lives: true } },
  log: { end: 0, answer: { errno: 0, lives: true } },
  errno: { end: 0, answer: { errno: EPERM, lives: true } },
  trace: { end: 0, answer: { errno: ENOSYS, lives: true } },
  trap: { end: 'SIGSYS', answer: undefined },
  kill_thread: { end: 0, answer: { lives: false } },
  kill_process: { end: 'SIGSYS', answer: undefined },
}

/** Checks the effect of each action on a call. */
export function* actions(): Iterable<Finding> {
  for (const [action, expected] of Object.entries(EXPECTED)) {
    const { end, answer, stderr } = runChild('action', action)
    yield compare(`action ${action}`, { end, answer }, expected)
    if (action !== 'trap') continue
    const isNamed = /^sealbeat: .*\bgetpgid\b/m.test(stderr)
    yield compare(`a trap is reported by name: ${stderr}`, isNamed, true)
  }
  yield wrongOf('every error that a rule can name', runChild('errors'))
}

/** The finding of a program that answers `{ tried, wrong }`. */
export function wrongOf(name: string, { end, answer, stderr }: Ended): Finding {
  if (end !== 0 || !isTally(answer)) return { name, problem: `ended with ${end}: ${stderr}` }
  const title = `${name} (${answer.tried})`
  if (answer.wrong.length === 0) return { name: title }
  const shown = answer.wrong.slice(0, 20).join('\n    ')
  return { name: title, problem: `${answer.wrong.length} disagree:\n    ${shown}` }
}

interface Tally {
  readonly tried: number
  readonly wrong: readonly string[]
}

function isTally(answer: unknown): answer is Tally {
  return typeof answer === 'object' && answer !== null && 'tried' in answer && 'wrong' in answer
}
