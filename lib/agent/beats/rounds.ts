// One round: `sealbeat run --once`. Each beat does its `once` in place of its `run`, and is not started again if it
// fails. Then the queue is drained, within shutdown_timeout. Nothing is reloaded. A beat that waits for room while the
// output takes nothing for as long would wait for ever: the round ends then.

import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Pipeline } from '../../pipeline/pipeline.ts'
import { type Plan, planError } from '../plan.ts'
import { EXIT, type ExitCode } from '../process/exit.ts'
import type { StopRequest } from '../process/stop.ts'
import type { BeatRunners } from './beat-runners.ts'

/** @throws AgentError `CONFIG_INVALID` naming each beat that has no rounds */
export function requireRounds(plan: Pick<Plan, 'beats' | 'locate'>): void {
  const endless = plan.beats.filter(({ plugin }) => plugin.once === undefined)
  if (endless.length === 0) return
  const message =
    'has no rounds that --once could run, as its beat defines no "once": it may follow what happens; ' +
    'disable it, or run without --once'
  throw planError(
    plan,
    endless.map(({ path }) => ({ path: [...path, 'type'], message })),
  )
}

interface Parts {
  readonly runners: Pick<BeatRunners, 'all'>
  readonly pipeline: Pick<Pipeline, 'stats'>
  readonly log: Logger
}

/** Between two looks at the queue, which tells nobody when it is empty. Only the end of a round waits for that. */
const LOOK_MS = 20

/** The longest time between two looks whether the output takes anything. */
const WATCH_MS = 500

/**
 * Waits until everything is delivered, or until `signal` aborts. A queue in memory is drained when it is closed; one
 * on the disk would keep what it has for the next start.
 */
export async function untilDrained(
  { pipeline }: Pick<Parts, 'pipeline'>,
  signal: AbortSignal,
): Promise<void> {
  const isLeft = () => pipeline.stats().queued + pipeline.stats().sending > 0
  while (isLeft() && !signal.aborted) {
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

/**
 * Asks for the end once beats have waited for room for so long without any event being settled.
 *
 * @returns a function that ends the watch
 */
export function watchRound(
  { pipeline, log }: Omit<Parts, 'runners'>,
  timeoutMs: number,
  stop: Pick<StopRequest, 'ask'>,
): () => void {
  let [settled, sinceMs] = [-1, performance.now()]
  const look = () => {
    const { acked, rejected, waiting } = pipeline.stats()
    if (waiting === 0 || acked + rejected !== settled) {
      settled = acked + rejected
      sinceMs = performance.now()
    } else if (performance.now() - sinceMs >= timeoutMs) {
      clearInterval(timer)
      log.error(
        { timeout_ms: timeoutMs },
        'Stopping: beats wait for room, and the output takes nothing: see why it fails',
      )
      stop.ask()
    }
  }
  const timer = setInterval(look, Math.min(WATCH_MS, timeoutMs / 2))
  return () => clearInterval(timer)
}

/** After everything is closed: says what the round has not done, if anything. */
export function judgeRound({ runners, pipeline, log }: Parts, isInterrupted: boolean): ExitCode {
  const failed = runners.all.filter(({ status }) => status.failures > 0).map(({ id }) => id)
  const { published, restored, acked, filtered } = pipeline.stats()
  const undelivered = published + restored - acked - filtered
  const reasons = [
    ...(isInterrupted ? ['it was stopped'] : []),
    ...(failed.length > 0 ? [`failed: ${failed.join(', ')}`] : []),
    ...(undelivered > 0 ? [`events that were not delivered: ${undelivered}`] : []),
  ]
  if (reasons.length === 0) return EXIT.ok
  log.error({ failed, undelivered }, `The round is incomplete: ${reasons.join('; ')}`)
  return EXIT.incomplete
}
