import { EXIT, type ExitCode, exitCodeOf } from '../agent/process/exit.ts'
import { AgentError } from '../errors.ts'
import type { Program } from './command.ts'
import { overviewOf } from './help/help.ts'
import { UsageError } from './usage-error.ts'

/** The text for the user and the exit code when a command has thrown. */
export function describeFailure(
  thrown: unknown,
  program: Program,
): { text: string; code: ExitCode } {
  const code = thrown instanceof UsageError ? EXIT.usage : exitCodeOf(thrown)
  if (thrown instanceof AgentError && thrown.isSaid) return { text: '', code }
  return { text: `${textOf(thrown, program)}\n`, code }
}

function textOf(thrown: unknown, program: Program): string {
  if (thrown instanceof UsageError) {
    const { message, begun } = thrown
    if (begun) return `${program.name}: ${message}\n\n${overviewOf(program, begun).trimEnd()}`
    return `${program.name}: ${message}; see "${program.name} --help"`
  }
  // One line per problem, with a position that editors can jump to.
  if (thrown instanceof AgentError && thrown.problems.length > 0) return thrown.message
  if (thrown instanceof AgentError) return `Exiting: ${thrown.message}`
  // An unforeseen error: a bug report needs the stack.
  return `Exiting: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`
}
