import type { ConfigDocument } from '../config/document.ts'
import type { RestartOutcome } from '../seccomp/restart.ts'
import { close } from './close.ts'
import { configure, type Plan } from './configure.ts'
import type { ExitCode } from './exit.ts'
import { open } from './open.ts'
import { reportToManager } from './report-to-manager.ts'
import { run } from './run.ts'
import { sandbox } from './sandbox.ts'
import type { Stage } from './stage.ts'
import { StopRequest } from './stop.ts'

/**
 * The life of an agent, from its configuration to its exit code. Each stage undoes its own when it
 * fails, and every failure that ends the agent is thrown as an AgentError. `restart` is how the start
 * without an io_uring went, where one was tried; `enter` is told of each stage as it begins.
 */
export async function runAgent(
  document: ConfigDocument,
  restart?: RestartOutcome,
  enter: (stage: Stage) => void = () => {},
): Promise<ExitCode> {
  enter('configure')
  return runPlan(await configure(document), restart, enter)
}

/** The rest of the life of an agent whose configuration is known and sound. */
export async function runPlan(
  plan: Plan,
  restart?: RestartOutcome,
  enter: (stage: Stage) => void = () => {},
): Promise<ExitCode> {
  const stop = new StopRequest()
  enter('open')
  const agent = await open(plan, stop).catch(thrown => plan.secrets.rethrow(thrown))
  try {
    enter('sandbox')
    const outcome = sandbox(agent, restart)
    enter('run')
    const { ground, pipeline } = agent
    ground.add('the reports', reportToManager(ground.manager, pipeline, outcome))
    await run(agent, outcome, stop)
  } finally {
    enter('close')
    await close(agent, stop)
  }
  return stop.exitCode
}
