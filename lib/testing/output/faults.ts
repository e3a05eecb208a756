import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, FaultProxy } from './fault-proxy.ts'
import type { Trial } from './trial.ts'
import { abortWrite, type Outcome, startWrite, type Writing, writeWithin } from './write.ts'

/** A fault of a peer, what an output makes of it, and whether it works again afterwards. */
type Scene = (trial: Trial, proxy: FaultProxy) => Promise<readonly string[]>

/** Time in which a late answer does harm, in milliseconds. */
const AFTERMATH_MS = 50

/** Time in which an output would report progress that there is not, in milliseconds. */
const SILENCE_MS = 250

/** In the order in which they are played, each after a write that has succeeded. */
const SCENES: readonly (readonly [while_: string, scene: Scene])[] = [
  ['answers slowly', answersSlowly],
  ['answers late, before the next write', answersLate],
  ['answers late, during the next write', answersNext],
  ['ends before its answer', (trial, proxy) => failing(trial, proxy, { endsAfter: 0 })],
  [
    'ends in the middle of its answer',
    async (t, p) => failing(t, p, { endsAfter: (await sizeOf(t, p)) >> 1 }),
  ],
  [
    'ends before the last byte of its answer',
    async (t, p) => failing(t, p, { endsAfter: (await sizeOf(t, p)) - 1 }),
  ],
  ['has closed idle connections', closesIdle],
  ['closes a connection as it is used again', (trial, proxy) => failing(trial, proxy, 'reset')],
  ['never answers', (trial, proxy) => stalls(trial, proxy, 0)],
  ['answers in part and no more', async (t, p) => stalls(t, p, (await sizeOf(t, p)) >> 1)],
]

/** Plays every fault of a peer that speaks whatever protocol; returns what was found, by fault. */
export async function checkFaults(trial: Trial, proxy: FaultProxy): Promise<readonly string[]> {
  const found: string[] = []
  for (const [what, scene] of SCENES) {
    const scenes = [await scene(trial, proxy)]
    proxy.begin('none')
    const after = await trial.recover()
    scenes.push(after)
    found.push(...scenes.flat().map(finding => `while its peer ${what}: ${finding}`))
    // An output that does not work any more would fail in every scene.
    if (after.length > 0) break
  }
  return found
}

/** Before anything listens: the output is open, and its events have to wait. */
export async function checkAbsence(trial: Trial, proxy: FaultProxy): Promise<readonly string[]> {
  const found = await failing(trial, proxy, 'none')
  await proxy.listen()
  return [...found, ...(await trial.recover())].map(each => `while its peer is away: ${each}`)
}

/** The last write hangs, and so does everything that the output might still send to close. */
export async function hangAtLast(trial: Trial, proxy: FaultProxy): Promise<void> {
  await hold(trial, proxy)
  proxy.mute()
  proxy.begin('mute')
}

async function answersSlowly(trial: Trial, proxy: FaultProxy): Promise<readonly string[]> {
  proxy.begin('slow')
  const batch = trial.batch(3)
  const { confirmed, findings, error } = await trial.write(batch)
  if (findings.length > 0 || confirmed.length === batch.count) return findings
  return [error ?? 'write does not confirm what its peer has taken']
}

/** The connection never says anything again; another one would. */
async function stalls(
  trial: Trial,
  proxy: FaultProxy,
  stallsAfter: number,
): Promise<readonly string[]> {
  const { outcome, progressed } = await hold(trial, proxy, stallsAfter)
  const findings = judge(outcome, proxy)
  proxy.mute()
  if (!progressed) return findings
  return [...findings, 'write calls progress() although nothing comes']
}

async function answersLate(trial: Trial, proxy: FaultProxy): Promise<readonly string[]> {
  const { outcome } = await hold(trial, proxy)
  proxy.lateAnswers()()
  await sleep(AFTERMATH_MS)
  return outcome.findings
}

/** The answer to a write that was given up arrives when the next one waits for its own. */
async function answersNext(trial: Trial, proxy: FaultProxy): Promise<readonly string[]> {
  await hold(trial, proxy)
  const [asked, answerLate] = [proxy.asked, proxy.lateAnswers()]
  const writing = startWrite(trial.output, trial.batch(2))
  await until(() => proxy.asked > asked || writing.outcome() !== undefined, trial.timeoutMs)
  answerLate()
  await sleep(AFTERMATH_MS)
  const early = writing.outcome()
  proxy.begin('none')
  const outcome = await ended(writing, trial.timeoutMs)
  if (early === undefined || early.confirmed.length + early.reject.length === 0) {
    return outcome.findings
  }
  return ['write takes the answer to the batch before as its own']
}

/** The size of a whole answer to as many events as the scenes write. */
async function sizeOf(trial: Trial, proxy: FaultProxy): Promise<number> {
  proxy.begin('none')
  await trial.write(trial.batch(3))
  return proxy.answered
}

async function closesIdle(trial: Trial, proxy: FaultProxy): Promise<readonly string[]> {
  proxy.closeIdle()
  await sleep(AFTERMATH_MS)
  return failing(trial, proxy, 'none')
}

/** A write that can't succeed, unless the output itself tries again and does get an answer. */
async function failing(trial: Trial, proxy: FaultProxy, fault: Fault): Promise<readonly string[]> {
  proxy.begin(fault)
  return judge(await writeWithin(trial.output, trial.batch(3), trial.timeoutMs), proxy)
}

/** A write whose answer is kept back, and whose signal then aborts. */
async function hold(trial: Trial, proxy: FaultProxy, stallsAfter = 0) {
  proxy.begin({ stallsAfter })
  const writing = startWrite(trial.output, trial.batch(3))
  await until(() => proxy.held > 0 || writing.outcome() !== undefined, trial.timeoutMs)
  // What has passed before it was held may still be on its way.
  await sleep(AFTERMATH_MS)
  const before = writing.progress()
  if (writing.outcome() === undefined) await sleep(Math.min(SILENCE_MS, trial.timeoutMs))
  const progressed = writing.progress() > before
  return { outcome: await abortWrite(writing, trial.timeoutMs), progressed }
}

function judge(outcome: Outcome, proxy: FaultProxy): readonly string[] {
  const { findings, confirmed, reject, tooLarge } = outcome
  return [
    ...findings,
    ...(confirmed.length > 0 && !proxy.hasAnswered
      ? ['write confirms events without a whole answer']
      : []),
    ...(reject.length > 0 || tooLarge ? ['write gives up events that could be tried again'] : []),
  ]
}

async function ended(writing: Writing, timeoutMs: number): Promise<Outcome> {
  await until(() => writing.outcome() !== undefined, timeoutMs)
  return writing.outcome() ?? abortWrite(writing, timeoutMs)
}

async function until(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!isSo() && performance.now() < end) await sleep(2)
}
