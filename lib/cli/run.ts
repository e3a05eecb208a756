import type { Configure } from '../agent/configure.ts'
import type { ExitCode } from '../agent/process/exit.ts'
import type { Call } from './command.ts'
import { restartEarly } from './early-restart.ts'

/**
 * Runs the agent and then ends the process, even if a beat has left something behind that keeps it alive. The
 * modules of the agent are imported only after a possible restart.
 */
export async function run({ source }: Call): Promise<ExitCode> {
  const restart = await restartEarly(source)
  const { readDocument } = await import('../config/source/document.ts')
  const { configure } = await import('../agent/configure.ts')
  const { runAgent } = await import('../agent/agent.ts')
  // For reloads: by then a beat may have changed the working directory.
  const folder = process.cwd()
  const plan: Configure = async running => configure(readDocument({ ...source, folder }), running)
  const mark = await stageMark()
  const code = await runAgent(plan, restart, stage => {
    if (stage === 'close') ignoreLateSignals()
    mark?.(stage)
  })
  process.exit(code)
}

/** Until it has closed, the agent has handlers of its own. Afterwards a signal must not change the exit code. */
function ignoreLateSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {})
}

/** If the agent is being recorded, each of its stages is marked in the recording. */
async function stageMark() {
  if (process.env.SEALBEAT_RECORDED === undefined) return undefined
  return (await import('../seccomp/record/phases.ts')).markPhase
}
