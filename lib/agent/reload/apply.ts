import type { Logger } from 'pino'
import { messageOf } from '../../errors.ts'
import type { BeatRunner } from '../beats/beat-runner.ts'
import type { BeatRunners } from '../beats/beat-runners.ts'
import type { ConfiguredBeat } from '../configure.ts'
import type { Changes } from './compare.ts'

/** What became of each beat, by id: what a reload is answered with. */
export interface Applied {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly restarted: readonly string[]
  readonly unchanged: readonly string[]
  /** Those that go on as before, though they were to change, or are not there, though they should be. */
  readonly failed: readonly string[]
}

/**
 * Ends and closes what goes or changes, all of it before anything is opened, as one beat may want what
 * another gives up; then opens and runs what comes or changes. A beat that can't be changed goes on
 * as before. `patience`: milliseconds for all that ends, and again for all that closes. Stops
 * half-way when the agent is stopped, which then closes what there is.
 */
export async function applyChanges(
  runners: BeatRunners,
  changes: Changes,
  timeoutMs: number,
  log: Logger,
): Promise<Applied> {
  const { added, removed, restarted } = changes
  const going = new Set([...removed, ...restarted].map(idOf))
  const ended = await endAll(
    runners.all.filter(({ id }) => going.has(id)),
    timeoutMs,
    log,
  )
  if (!runners.isStopping) await runners.close(ended, timeoutMs)
  const before = new Map(ended.map(runner => [runner.id, runner.configured]))
  const done: string[] = removed.map(idOf).filter(id => before.has(id))
  for (const next of [...restarted.filter(beat => before.has(idOf(beat))), ...added]) {
    if (runners.isStopping) break
    if (await replace(runners, before.get(idOf(next)), next, log)) done.push(idOf(next))
  }
  return appliedOf(changes, new Set(done))
}

/** Those that have ended in time; the others are named. */
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

/** Whether the beat runs as it should; one that does not goes back to what it was. */
async function replace(
  runners: BeatRunners,
  old: ConfiguredBeat | undefined,
  next: ConfiguredBeat,
  log: Logger,
): Promise<boolean> {
  const problem = await launch(runners, next)
  if (problem === undefined) return true
  const back = old === undefined ? '' : '; going back to its old settings'
  log.error({ err: problem, beat: idOf(next) }, `${messageOf(problem)}${back}`)
  if (old !== undefined) await goBack(runners, old, log)
  return false
}

async function goBack(runners: BeatRunners, old: ConfiguredBeat, log: Logger): Promise<void> {
  const problem = await launch(runners, old)
  if (problem === undefined) return
  const fields = { err: problem, beat: idOf(old) }
  log.error(fields, `${messageOf(problem)}, as it was, either: restart the agent to have it again`)
}

/** What kept it from being opened; else it runs. */
async function launch(runners: BeatRunners, configured: ConfiguredBeat): Promise<unknown> {
  try {
    const runner = await runners.open(configured)
    if (runner) runners.run(runner)
    return undefined
  } catch (error) {
    return error
  }
}

function appliedOf({ added, removed, restarted, unchanged }: Changes, done: Set<string>): Applied {
  const idsOf = (beats: readonly ConfiguredBeat[]) => beats.map(idOf).filter(id => done.has(id))
  const wanted = [...added, ...removed, ...restarted].map(idOf)
  return {
    added: idsOf(added),
    removed: idsOf(removed),
    restarted: idsOf(restarted),
    unchanged: unchanged.map(idOf),
    failed: wanted.filter(id => !done.has(id)),
  }
}

function idOf({ config }: ConfiguredBeat): string {
  return config.id
}
