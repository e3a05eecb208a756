#!/usr/bin/env node
// Everything else is imported late: a bundle evaluates what is imported here in an order of its own.
import './early/signals.ts'
import type { ExitCode } from '../agent/process/exit.ts'

const { programOf } = await import('./help/program.ts')
const program = programOf(process.env)

try {
  const { requireNode } = await import('./early/node-version.ts')
  requireNode(process.version)
  process.exitCode = await answer(process.argv.slice(2))
} catch (thrown) {
  const { describeFailure } = await import('./failure.ts')
  const { isJournal, withPriority } = await import('../log/journal.ts')
  const { text, code } = describeFailure(thrown, program)
  const lines = isJournal(process.env)
    ? text.replace(/^.+$/gm, line => withPriority(line, 'error'))
    : text
  process.stderr.write(lines)
  // Exit at once: a resource that was opened before the error may keep the process alive.
  process.exit(code)
}

async function answer(args: readonly string[]): Promise<ExitCode> {
  const { readArguments } = await import('./arguments.ts')
  const request = readArguments(args, process.env, program)
  if (request.kind === 'run') {
    const { command, call } = request
    // Before any plugin is imported.
    if (command.confinesItself !== true) {
      const { makeUndumpable } = await import('../sandbox/undumpable.ts')
      makeUndumpable()
    }
    const run = await command.load()
    if (command.withoutCredentials !== true) return run(call)
    return (await import('./seccomp/stand-ins.ts')).runOutsideService(call, run)
  }
  const { helpOf } = await import('./help/help.ts')
  const { printFitted } = await import('./print.ts')
  await printFitted(helpOf(program, request))
  return 0
}
