import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import type { BeatRunner } from '../beats/beat-runner.ts'
import type { BeatRunners } from '../beats/beat-runners.ts'
import type { ConfiguredBeat } from '../plan.ts'
import type { Changes } from './changes.ts'

/** The verdict of a reload: what became of each beat, by id. */
interface Applied {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly restarted: readonly string[]
  /** Their events pass other processors; the beats themselves have run on. */
  readonly processors: readonly string[]
  readonly unchanged: readonly string[]
  /** Beats that should have changed and go on as before, or that should be there and are not. */
  readonly failed: readonly string[]
}

/**
 * Ends and closes every beat that goes or changes before it opens any, as one beat may need what another
 * gives up (a port); then opens and runs the beats that are new or have changed. A beat of which only the
 * processors have changed runs on. A beat that can't be changed goes on as before. If the agent is stopped
 * meanwhile, it leaves the rest undone.
 *
 * @param timeoutMs the time for all runs to end, and again for all of these beats to close
 */
export async function applyChanges(
  runners: BeatRunners,
  changes: Changes,
  timeoutMs: number,
  log: Logger,
): Promise<Applied> {
  const { added, removed, restarted } = changes
  const going = new Set([...removed, ...restarted].map(({ id }) => id))
  const ended = await endAll(
    runners.all.filter(({ id }) => going.has(id)),
    timeoutMs,
    log,
  )
  if (!runners.isStopping) await runners.close(ended, timeoutMs)
  const before = new Map(ended.map(runner => [runner.id, runner.configured]))
  const done: string[] = removed.map(({ id }) => id).filter(id => before.has(id))
  for (const next of [...restarted.filter(beat => before.has(beat.id)), ...added]) {
    if (runners.isStopping) break
    if (await replace(runners, before.get(next.id), next, log)) done.push(next.id)
  }
  for (const next of changes.processors) {
    if (runners.isStopping) break
    if (passOthers(runners, next, log)) done.push(next.id)
  }
  return appliedOf(changes, new Set(done))
}

/** Returns the runners that ended in time, and logs the others by name. */
async function endAll(
  runners: readonly BeatRunner[],
  timeoutMs: number,
  log: Logger,
): Promise<readonly BeatRunner[]> {
  const deadline = AbortSignal.timeout(timeoutMs)
  const ends = await Promise.all(runners.map(runner => runner.end(deadline)))
  for (const { id } of runners.filter((_, at) => !ends[at])) {
    log.error({ beat: id }, `Beat ${id} does not stop: it stays as it was`)
  }
  return runners.filter((_, at) => ends[at])
}

/** Returns whether the events of the beat pass its new processors. If not, they pass those of before. */
function passOthers(runners: BeatRunners, next: ConfiguredBeat, log: Logger): boolean {
  try {
    runners.all.find(({ id }) => id === next.id)?.pass(next)
    return true
  } catch (error) {
    log.error({ err: error, beat: next.id }, `${messageOf(error)}; going on with its old ones`)
    return false
  }
}

/** Returns whether the beat runs as configured. If it does not, the old one is started again. */
async function replace(
  runners: BeatRunners,
  old: ConfiguredBeat | undefined,
  next: ConfiguredBeat,
  log: Logger,
): Promise<boolean> {
  const problem = await launch(runners, next)
  if (problem === undefined) return true
  const back = old === undefined ? '' : '; going back to its old settings'
  log.error({ err: problem, beat: next.id }, `${messageOf(problem)}${back}`)
  if (old !== undefined) await goBack(runners, old, log)
  return false
}

async function goBack(runners: BeatRunners, old: ConfiguredBeat, log: Logger): Promise<void> {
  const problem = await launch(runners, old)
  if (problem === undefined) return
  const fields = { err: problem, beat: old.id }
  log.error(fields, `${messageOf(problem)}, as it was, either: restart the agent to have it again`)
}

/** Opens and runs a beat. Returns what kept it from being opened, if anything did. */
async function launch(runners: BeatRunners, configured: ConfiguredBeat): Promise<unknown> {
  try {
    const runner = await runners.open(configured)
    if (runner) runners.run(runner)
    return undefined
  } catch (error) {
    return error
  }
}

function appliedOf(
  { added, removed, restarted, processors, unchanged }: Changes,
  done: Set<string>,
): Applied {
  const idsOf = (beats: readonly ConfiguredBeat[]) =>
    beats.map(({ id }) => id).filter(id => done.has(id))
  const wanted = [...added, ...removed, ...restarted, ...processors].map(({ id }) => id)
  return {
    added: idsOf(added),
    removed: idsOf(removed),
    restarted: idsOf(restarted),
    processors: idsOf(processors),
    unchanged: unchanged.map(({ id }) => id),
    failed: wanted.filter(id => !done.has(id)),
  }
}
