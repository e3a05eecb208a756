import { EXIT, type ExitCode, exitCodeOf } from '../agent/process/exit.ts'
import { AgentError } from '../errors.ts'
import { UsageError } from './usage-error.ts'

/** What the user is told when a command has thrown, and what the process ends with. */
export function describeFailure(thrown: unknown): { text: string; code: ExitCode } {
  const code = thrown instanceof UsageError ? EXIT.usage : exitCodeOf(thrown)
  return { text: `${textOf(thrown)}\n`, code }
}

function textOf(thrown: unknown): string {
  if (thrown instanceof UsageError) {
    return `sealbeat: ${thrown.message}; see "sealbeat --help"`
  }
  // A line for each problem, in the form that editors and people can jump to.
  if (thrown instanceof AgentError && thrown.problems.length > 0) return thrown.message
  if (thrown instanceof AgentError) return `Exiting: ${thrown.message}`
  // Nothing that was foreseen: the stack is what a report needs.
  return `Exiting: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`
}
