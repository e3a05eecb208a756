import { EXIT, type ExitCode, exitCodeOf } from '../agent/process/exit.ts'
import { AgentError } from '../errors.ts'
import { UsageError } from './usage-error.ts'

/** The text for the user and the exit code when a command has thrown. */
export function describeFailure(thrown: unknown): { text: string; code: ExitCode } {
  const code = thrown instanceof UsageError ? EXIT.usage : exitCodeOf(thrown)
  return { text: `${textOf(thrown)}\n`, code }
}

function textOf(thrown: unknown): string {
  if (thrown instanceof UsageError) {
    return `sealbeat: ${thrown.message}; see "sealbeat --help"`
  }
  // One line per problem, with a position that editors can jump to.
  if (thrown instanceof AgentError && thrown.problems.length > 0) return thrown.message
  if (thrown instanceof AgentError) return `Exiting: ${thrown.message}`
  // An unforeseen error: a bug report needs the stack.
  return `Exiting: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`
}
