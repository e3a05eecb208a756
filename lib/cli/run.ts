import type { Stage } from '../agent/agent.ts'
import type { Configure } from '../agent/configure.ts'
import type { ExitCode } from '../agent/process/exit.ts'
import { endProcess } from '../agent/process/own-exit.ts'
import { ReloadRequest } from '../agent/process/reload-request.ts'
import type { Call } from './command.ts'
import { restartEarly } from './early/restart.ts'

/**
 * Runs the agent and then ends the process, even if a beat has left something behind that keeps it alive. The
 * modules of the agent are imported only after a possible restart.
 */
export async function run({ source, has }: Call): Promise<ExitCode> {
  const restart = await restartEarly(source)
  // Before the configuration is read: a request that comes while the agent opens is not for what it has read.
  const reload = new ReloadRequest()
  const early = () => reload.ask()
  process.on('SIGHUP', early)
  const { readDocument } = await import('../config/source/document.ts')
  const { configure } = await import('../agent/configure.ts')
  const { runAgent } = await import('../agent/agent.ts')
  // For reloads: by then a beat may have changed the working directory.
  const folder = process.cwd()
  const plan: Configure = async running => configure(readDocument({ ...source, folder }), running)
  const mark = await stageMark()
  const enter = (stage: Stage) => {
    // Once it is open, the agent watches its signals itself.
    if (stage === 'confine') process.off('SIGHUP', early)
    mark?.(stage)
  }
  endProcess(await runAgent(plan, { restart, reload, enter, once: has('once') }))
}

/** If the agent is being recorded, each of its stages is marked in the recording. */
async function stageMark() {
  if (process.env.SEALBEAT_RECORDED === undefined) return undefined
  return (await import('../seccomp/record/phases.ts')).markPhase
}
