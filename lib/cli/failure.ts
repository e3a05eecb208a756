import { EXIT, type ExitCode, exitCodeOf } from '../agent/process/exit.ts'
import { AgentError } from '../errors.ts'
import { flowLines } from '../log/flow.ts'
import { columnsOf, terminalOf } from '../log/terminal.ts'
import type { Program } from './command.ts'
import { fitted } from './help/fitted.ts'
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
    if (begun) {
      const overview = fitted(overviewOf(program, begun).trimEnd(), columnsOf(terminalOf(2)))
      return `${program.name}: ${message}\n\n${overview}`
    }
    return shown(`${program.name}: ${message}; see "${program.name} --help"`)
  }
  // One line per problem, with a position that editors can jump to.
  if (thrown instanceof AgentError && thrown.problems.length > 0) return shown(thrown.message)
  if (thrown instanceof AgentError) return shown(`Exiting: ${thrown.message}`)
  // An unforeseen error: a bug report needs the stack.
  return `Exiting: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`
}

function shown(text: string): string {
  return flowLines(text, columnsOf(terminalOf(2)), '  ')
}
