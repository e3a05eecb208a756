import { messageOf } from '../../errors.ts'
import type { Batch, Output } from '../../output.ts'
import { within } from '../waiting.ts'

/** `!`, as in no event. */
const OTHER = 33

/** How a write has ended. */
export interface Outcome {
  /** Indices of events, by their fate. All empty if the promise was rejected. */
  readonly confirmed: readonly number[]
  readonly retry: readonly number[]
  readonly reject: readonly number[]
  readonly tooLarge: boolean
  /** Why there is no answer. */
  readonly error?: string
  /** Breaches of the contract, whatever the peer did. */
  readonly findings: readonly string[]
}

/** A write that is under way. */
export interface Writing {
  /** Never rejects; resolves whenever the output answers. */
  readonly ended: Promise<Outcome>
  readonly outcome: () => Outcome | undefined
  /** How often the output has said that its peer is at work. */
  readonly progress: () => number
  abort(): void
}

/** Starts a write, which only `abort` ends from outside. */
export function startWrite(output: Output, batch: Batch): Writing {
  const controller = new AbortController()
  let [calls, outcome]: [number, Outcome | undefined] = [0, undefined]
  const progress = () => void calls++
  const ended = outcomeOf(output, batch, { signal: controller.signal, progress })
  void ended.then(reached => {
    outcome = reached
  })
  return {
    ended,
    outcome: () => outcome,
    progress: () => calls,
    abort: () => controller.abort(),
  }
}

/** A write that has to end in time, or else soon after its signal has aborted. */
export async function writeWithin(
  output: Output,
  batch: Batch,
  timeoutMs: number,
): Promise<Outcome> {
  const writing = startWrite(output, batch)
  try {
    return await within(writing.ended, timeoutMs, () => `write takes longer than ${timeoutMs} ms`)
  } catch (late) {
    const outcome = await abortWrite(writing, timeoutMs)
    return outcome.error === undefined ? outcome : { ...outcome, error: messageOf(late) }
  }
}

/** Aborts a write, which then has to end in time. */
export async function abortWrite(writing: Writing, timeoutMs: number): Promise<Outcome> {
  writing.abort()
  const finding = `write does not end within ${timeoutMs} ms of the abort of its signal`
  return within(writing.ended, timeoutMs, () => finding).catch(() => withFinding(finding))
}

type Call = Parameters<Output['write']>[1]

async function outcomeOf(output: Output, batch: Batch, call: Call): Promise<Outcome> {
  const before = Buffer.concat(batch.chunks)
  let promise: Promise<unknown>
  try {
    promise = output.write(batch, call)
  } catch (error) {
    return withFinding(`write throws at once instead of returning a promise: ${messageOf(error)}`)
  }
  if (typeof promise?.then !== 'function') {
    return withFinding('write returns no promise')
  }
  const outcome = await promise.then(
    answer => readAnswer(answer, batch.count),
    error => withoutAnswer(`write rejects: ${messageOf(error)}`),
  )
  const isChanged = !Buffer.concat(batch.chunks).equals(before)
  if (outcome.error === undefined) reuse(batch)
  if (!isChanged) return outcome
  return { ...outcome, findings: [...outcome.findings, 'write changes the bytes'] }
}

/** Once a write has answered, other events may have the memory: what it sends later is not what it was given. */
function reuse({ chunks }: Batch): void {
  for (const chunk of chunks) chunk.fill(OTHER)
}

function withoutAnswer(error: string): Outcome {
  return { confirmed: [], retry: [], reject: [], tooLarge: false, error, findings: [] }
}

function withFinding(finding: string): Outcome {
  return { ...withoutAnswer(finding), findings: [finding] }
}

function readAnswer(answer: unknown, count: number): Outcome {
  const members = new Map(Object.entries(Object(answer)))
  const [retry, reject] = [members.get('retry'), members.get('reject')]
  if (!Array.isArray(retry) || !Array.isArray(reject)) {
    return withFinding('write must resolve with { retry: […], reject: […] }')
  }
  const rejected = reject.map((each: unknown) => new Map(Object.entries(Object(each))))
  const lists = {
    retry: retry.map(Number),
    reject: rejected.map(each => Number(each.get('index'))),
  }
  const indices: unknown[] = [...retry, ...rejected.map(each => each.get('index'))]
  const isIndex = (index: unknown) =>
    Number.isInteger(index) && Number(index) >= 0 && Number(index) < count
  const findings = [
    ...(indices.every(isIndex) ? [] : ['write answers for an event that is not in the batch']),
    ...(new Set(indices).size === indices.length ? [] : ['write answers twice for an event']),
    ...(rejected.every(each => typeof each.get('reason') === 'string')
      ? []
      : ['write must give a reason for each event that it rejects']),
  ]
  const tooLarge = members.get('tooLarge') === true
  const all = Array.from({ length: tooLarge ? 0 : count }, (_, index) => index)
  const confirmed = all.filter(index => !indices.includes(index))
  return { confirmed, ...lists, tooLarge, findings }
}
