import type { RestartOutcome } from '../seccomp/kernel/restart.ts'
import { close } from './close.ts'
import type { Configure } from './configure.ts'
import { open } from './open.ts'
import type { ExitCode } from './process/exit.ts'
import { StopRequest } from './process/stop.ts'
import { run } from './run.ts'
import { sandbox } from './sandbox.ts'
import type { Stage } from './stage.ts'

/**
 * The life of an agent, from its configuration to its exit code. Each stage undoes its own when it
 * fails, and every failure that ends the agent is thrown as an AgentError. `restart` is how the start
 * without an io_uring went, where one was tried; `enter` is told of each stage as it begins.
 */
export async function runAgent(
  configure: Configure,
  restart?: RestartOutcome,
  enter: (stage: Stage) => void = () => {},
): Promise<ExitCode> {
  const stop = new StopRequest()
  enter('configure')
  const plan = await configure()
  enter('open')
  const agent = await open(plan, stop).catch(thrown => plan.secrets.rethrow(thrown))
  try {
    enter('sandbox')
    const outcome = sandbox(agent, restart)
    enter('run')
    await run(agent, outcome, stop, configure)
  } finally {
    enter('close')
    await close(agent, stop)
  }
  return stop.exitCode
}
