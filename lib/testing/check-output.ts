import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askPrivileges, outputProblems } from '../agent/plugins/shape.ts'
import { messageOf } from '../errors.ts'
import type { Batch, Output, OutputType, WriteCall } from '../output.ts'
import { batchOf, endlessCall } from './batch.ts'
import { takeCensus } from './census.ts'
import { checkDeclared } from './check-declaration.ts'
import { type SessionOptions, settingsOf, silent } from './session.ts'
import { within } from './waiting.ts'

export interface OutputCheckOptions extends Pick<SessionOptions, 'log'> {
  /** The output's settings, as in beat.yml. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The longest that `open`, a write, or `close` may take, in milliseconds (default: 1000). */
  readonly timeoutMs?: number
}

/**
 * Checks that an output keeps the contract that every output has with the agent, in any test runner:
 * `it('keeps the contract', () => checkOutput(output, { config: { url } }))`. Its peer should be there.
 *
 * It checks the name, the schema, the delivery settings, the system calls and the privileges. Then it opens
 * the output and writes batches of one, of several and of many events, some in several chunks. The output
 * has to answer each, with the fate of events that are in the batch, to leave the bytes as they are, to end
 * a write soon after its signal has aborted, to close, and to leave nothing behind.
 *
 * @throws Error that lists every finding
 */
export async function checkOutput<S>(
  type: OutputType<S>,
  options: OutputCheckOptions = {},
): Promise<void> {
  const findings = await findingsOf(type, options)
  if (findings.length === 0) return
  const list = findings.map(finding => `\n- ${finding}`).join('')
  throw new Error(`output "${type?.name}" breaks the contract:${list}`)
}

async function findingsOf<S>(
  type: OutputType<S>,
  options: OutputCheckOptions,
): Promise<readonly string[]> {
  const problems = outputProblems(type)
  if (problems.length > 0) return problems
  return [...(await checkDeclared(type)), ...(await checkLife(type, options))]
}

async function checkLife<S>(
  type: OutputType<S>,
  { config = {}, timeoutMs = 1000, log = silent() }: OutputCheckOptions,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-output-'))
  const paths = { home: folder, config: folder, data: folder, logs: folder }
  const leftBehind = takeCensus()
  try {
    const settings = settingsOf(type, config)
    const { problems } = askPrivileges(() => type.privileges?.(settings))
    const late = (what: string) => () => `${what} takes longer than ${timeoutMs} ms`
    const opening = type.open({ settings, log, paths })
    const output = await within(opening, timeoutMs, late('open')).catch(throwAs('open'))
    if (typeof output?.write !== 'function' || typeof output.close !== 'function') {
      return ['open returns no { write, close }']
    }
    const found: string[] = []
    for (const batch of BATCHES) found.push(...(await checkWrite(output, batch, timeoutMs)))
    found.push(...(await checkAbort(output, timeoutMs)))
    await within(output.close(), timeoutMs, late('close')).catch(throwAs('close'))
    const left = await leftBehind(500)
    return [...problems, ...new Set(found), ...left.map(kind => `leaves behind: ${kind}`)]
  } catch (error) {
    return [messageOf(error)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function linesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => JSON.stringify({ n, message: `ü ${n}` }))
}

const BATCHES: readonly Batch[] = [
  batchOf(linesOf(1)),
  batchOf(linesOf(5), [2, 1]),
  batchOf(linesOf(500), [100, 399]),
]

async function checkWrite(
  output: Output,
  batch: Batch,
  timeoutMs: number,
): Promise<readonly string[]> {
  const before = Buffer.concat(batch.chunks)
  const late = () => `write takes longer than ${timeoutMs} ms`
  try {
    const answer: unknown = await within(called(output, batch, endlessCall()), timeoutMs, late)
    const isChanged = !Buffer.concat(batch.chunks).equals(before)
    return [...checkAnswer(answer, batch.count), ...(isChanged ? ['write changes the bytes'] : [])]
  } catch (error) {
    return [`write throws: ${messageOf(error)}`]
  }
}

/** With the signal aborted: whatever the output does, it has to end. */
async function checkAbort(output: Output, timeoutMs: number): Promise<readonly string[]> {
  const abort = new AbortController()
  const call = { signal: abort.signal, progress: () => undefined }
  const writing = called(output, batchOf(linesOf(3)), call).catch(() => undefined)
  abort.abort()
  const late = () => `write does not end within ${timeoutMs} ms of the abort of its signal`
  return within(writing, timeoutMs, late).then(
    () => [],
    error => [messageOf(error)],
  )
}

/** A write may throw before it has a promise. */
async function called(output: Output, batch: Batch, call: WriteCall): Promise<unknown> {
  return output.write(batch, call)
}

function checkAnswer(answer: unknown, count: number): readonly string[] {
  const members = new Map(Object.entries(Object(answer)))
  const [retry, reject] = [members.get('retry'), members.get('reject')]
  if (!Array.isArray(retry) || !Array.isArray(reject)) {
    return ['write must resolve with { retry: […], reject: […] }']
  }
  const rejected = reject.map((each: unknown) => new Map(Object.entries(Object(each))))
  const indices: unknown[] = [...retry, ...rejected.map(each => each.get('index'))]
  const isIndex = (index: unknown) =>
    Number.isInteger(index) && Number(index) >= 0 && Number(index) < count
  return [
    ...(indices.every(isIndex) ? [] : ['write answers for an event that is not in the batch']),
    ...(new Set(indices).size === indices.length ? [] : ['write answers twice for an event']),
    ...(rejected.every(each => typeof each.get('reason') === 'string')
      ? []
      : ['write must give a reason for each event that it rejects']),
  ]
}

function throwAs(what: string): (error: unknown) => never {
  return error => {
    const message = messageOf(error)
    throw new Error(message.startsWith(`${what} takes`) ? message : `${what} throws: ${message}`)
  }
}
