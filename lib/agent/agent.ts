import type { RestartOutcome } from '../seccomp/kernel/restart.ts'
import type { Configure } from './configure.ts'
import { type OpenAgent, open } from './open.ts'
import type { ExitCode } from './process/exit.ts'
import { StopRequest } from './process/stop.ts'
import { run } from './run.ts'
import { sandbox } from './sandbox.ts'

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

/** Closes in reverse, within what is left of `shutdown_timeout`. Never rejects. */
export async function close(
  { plan, log, pipeline, closeStack, agentProcess }: OpenAgent,
  stop: StopRequest,
): Promise<void> {
  stop.ask()
  const left = Math.max(0, Math.ceil(plan.config.shutdown_timeout - stop.elapsedMs))
  await closeStack.closeAll(AbortSignal.timeout(left), log)
  const uptime_ms = Math.round(process.uptime() * 1000)
  log.info({ events: pipeline.stats(), uptime_ms }, 'Stopped')
  await agentProcess.close()
}

/** The stages of an agent's life, in order: docs/architecture.md draws them. */
export type Stage = 'configure' | 'open' | 'sandbox' | 'run' | 'close'
