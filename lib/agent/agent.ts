// The life of an agent: six stages, the first five each with a file beside this one.
//
//   configure  beat.yml, -E, environment, credentials → a plan; nothing is touched yet
//   open       the process (data lock, log, signals, identity), the output, the queue, the beats
//   confine    the user, a Landlock domain, no capabilities: on every thread, and proven by each
//   sandbox    the filter on every thread, verified; how that went is logged as the specification says
//   run        the beats, each supervised, until all are done or a signal asks to stop; reloads
//   close      in reverse, within shutdown_timeout: the beats, the queue, the output, the log
//
// A stage that fails undoes what it has done and throws an AgentError; the exit code follows from it.
// After `open`, `close` runs however the agent ends.

import type { RestartOutcome } from '../seccomp/kernel/restart.ts'
import { judgeRound, requireRounds, untilDrained, watchRound } from './beats/rounds.ts'
import type { Configure } from './configure.ts'
import { confineAgent } from './confine.ts'
import { explainRefusals } from './explain-refusals.ts'
import { type OpenAgent, open } from './open.ts'
import type { ExitCode } from './process/exit.ts'
import { refuseExit } from './process/own-exit.ts'
import { ReloadRequest } from './process/reload-request.ts'
import { StopRequest } from './process/stop.ts'
import { run } from './run.ts'
import { sandbox } from './sandbox.ts'

/** The stages in order, as docs/architecture.md draws them. */
export type Stage = 'configure' | 'open' | 'confine' | 'sandbox' | 'run' | 'close'

interface Start {
  /** The outcome of the restart without an io_uring, if one was tried. */
  readonly restart?: RestartOutcome | undefined
  /** Requests for a reload that may have come already. */
  readonly reload?: ReloadRequest
  /** Whether each beat does one round, and the agent then ends. */
  readonly once?: boolean
  /** Is called with each stage as it begins. */
  readonly enter?: ((stage: Stage) => void) | undefined
}

/**
 * Runs an agent from its configuration to its exit code.
 *
 * @throws AgentError for every failure that ends the agent
 */
export async function runAgent(configure: Configure, start: Start = {}): Promise<ExitCode> {
  const allowExit = refuseExit()
  try {
    return await live(configure, start)
  } finally {
    allowExit()
  }
}

async function live(
  configure: Configure,
  { restart, reload = new ReloadRequest(), once = false, enter = () => {} }: Start,
): Promise<ExitCode> {
  const stop = new StopRequest()
  enter('configure')
  const plan = await configure()
  if (once) requireRounds(plan)
  enter('open')
  const agent = await open(plan, stop, reload, once).catch(thrown => plan.secrets.rethrow(thrown))
  try {
    enter('confine')
    const confined = confineAgent(agent)
    enter('sandbox')
    const sandboxed = sandbox(agent, restart)
    agent.agentProcess.logging.explain(explainRefusals(agent.plan, confined, sandboxed))
    enter('run')
    const { shutdown_timeout, queue } = plan.config
    const endWatch = once ? watchRound(agent, shutdown_timeout, stop) : () => {}
    await run(agent, sandboxed, stop, once ? undefined : configure).finally(endWatch)
    if (once && queue.disk !== undefined) {
      const deadline = AbortSignal.timeout(shutdown_timeout)
      await untilDrained(agent, AbortSignal.any([stop.signal, deadline]))
    }
  } finally {
    enter('close')
    await close(agent, stop, once)
  }
  return stop.exitCode
}

/** Closes in reverse order, within the rest of `shutdown_timeout`. Never rejects. */
async function close(agent: OpenAgent, stop: StopRequest, once: boolean): Promise<void> {
  const { plan, log, pipeline, closeStack, agentProcess } = agent
  const isInterrupted = stop.signal.aborted
  stop.ask()
  const leftMs = Math.max(0, Math.ceil(plan.config.shutdown_timeout - stop.elapsedMs))
  await closeStack.closeAll(AbortSignal.timeout(leftMs), log)
  if (once) stop.endWith(judgeRound(agent, isInterrupted))
  const uptime_ms = Math.round(process.uptime() * 1000)
  log.info({ events: pipeline.stats(), uptime_ms }, 'Stopped')
  await agentProcess.close()
}
