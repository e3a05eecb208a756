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
  const plan: Configure = async running => configure(readDocument(source), running)
  process.exit(await runAgent(plan, restart, await stageMark()))
}

/** If the agent is being recorded, each of its stages is marked in the recording. */
async function stageMark() {
  if (process.env.SEALBEAT_RECORDED === undefined) return undefined
  return (await import('../seccomp/record/phases.ts')).markPhase
}
