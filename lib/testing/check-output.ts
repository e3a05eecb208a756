import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askPrivileges } from '../agent/plugins/privilege-shape.ts'
import { outputProblems } from '../agent/plugins/shape.ts'
import { messageOf } from '../errors.ts'
import type { Output, OutputType } from '../output.ts'
import { takeCensus } from './census.ts'
import { checkDeclared } from './check-declaration.ts'
import { FaultProxy } from './output/fault-proxy.ts'
import { checkAbsence, checkFaults, hangAtLast } from './output/faults.ts'
import type { OutputPeer } from './output/peer.ts'
import { checkConcurrency, checkRefusals } from './output/refusals.ts'
import { checkSandboxed } from './output/sandboxed.ts'
import { watchErrors } from './output/stray-errors.ts'
import { Trial } from './output/trial.ts'
import { abortWrite, startWrite } from './output/write.ts'
import { type SessionOptions, settingsOf, silent } from './session.ts'
import { within } from './waiting.ts'

export interface OutputCheckOptions extends Pick<SessionOptions, 'log'> {
  /** The output's settings, as in beat.yml. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The longest that `open`, a write, or `close` may take, in milliseconds (default: 1000). */
  readonly timeoutMs?: number
  /** The server that the output writes to, by TCP: it is given faults. It should be there. */
  readonly peer?: OutputPeer
  /**
   * The output's compiled module, such as `import.meta.resolve('./index.js')`: an agent of its own writes to
   * it, under the filter. Not on systems other than Linux.
   */
  readonly module?: string | URL
}

/**
 * Checks that an output keeps the contract that every output has with the agent, in any test runner:
 * `it('keeps the contract', () => checkOutput(output, { config: { path: 'events' } }))`.
 *
 * It checks the name, the schema, the delivery settings, the system calls and the privileges. Then it opens
 * the output and writes batches of one, of several and of many events, some in several chunks. The output
 * has to answer each, with the fate of events that are in the batch, to leave the bytes as they are, to end
 * a write soon after its signal has aborted, to close, and to leave nothing behind.
 *
 * With a `peer` it opens the output again, behind a proxy: the peer is away at first; it refuses a part of a
 * batch; it answers slowly, in part, never, or too late; it ends in mid-answer; it closes connections.
 * The output must neither confirm nor give up the events of such a write, and has to work again afterwards.
 * With a `module` it looks for system calls that are neither in the default policy nor declared.
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
  const { peer, module } = options
  const direct = peer ? at(peer, peer.port, options) : options
  const found = [...(await checkDeclared(type)), ...(await checkLife(type, direct))]
  // What is wrong without faults would be found again with each.
  if (found.length > 0) return found
  if (peer) found.push(...(await checkPeer(type, peer, options)))
  if (module)
    found.push(...(await checkSandboxed({ timeoutMs: 1000, config: {}, ...direct, module })))
  return found
}

function at(peer: OutputPeer, port: number, options: OutputCheckOptions): OutputCheckOptions {
  return { ...options, config: { ...options.config, ...peer.config(port) } }
}

function checkLife<S>(
  type: OutputType<S>,
  options: OutputCheckOptions,
): Promise<readonly string[]> {
  return checkOpen(type, options, async trial => [
    ...(await checkWrites(trial)),
    ...(await checkAbort(trial)),
  ])
}

async function checkPeer<S>(
  type: OutputType<S>,
  peer: OutputPeer,
  options: OutputCheckOptions,
): Promise<readonly string[]> {
  const proxy = await FaultProxy.create(peer.port, peer.answersEach)
  try {
    return await checkOpen(type, at(peer, proxy.port, options), async trial => {
      const absence = await checkAbsence(trial, proxy)
      // It has never worked, so nothing else can be said of it.
      if (absence.length > 0) return absence
      const found = [
        ...(await checkRefusals(trial, peer.refuses)),
        ...(type.delivery?.ordered ? [] : await checkConcurrency(trial, peer.refuses)),
        ...(await checkFaults(trial, proxy)),
      ]
      await hangAtLast(trial, proxy)
      return found
    })
  } finally {
    await proxy.close()
  }
}

/** Opens the output, lets `check` write to it, closes it, and looks at what it leaves behind. */
async function checkOpen<S>(
  type: OutputType<S>,
  { config = {}, timeoutMs = 1000, log = silent(), peer }: OutputCheckOptions,
  check: (trial: Trial) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-output-'))
  const paths = { home: folder, config: folder, data: folder, logs: folder }
  const strayErrors = watchErrors()
  const leftBehind = takeCensus()
  const late = (what: string) => () => `${what} takes longer than ${timeoutMs} ms`
  const found: string[] = []
  try {
    const settings = settingsOf(type, config)
    found.push(...askPrivileges(() => type.privileges?.(settings)).problems)
    const opening = type.open({ settings, log, paths })
    const output = await within(opening, timeoutMs, late('open')).catch(throwAs('open'))
    if (!isOutput(output)) return ['open returns no { write, close }']
    const trial = new Trial(output, timeoutMs, type.route?.(settings), peer?.received?.bind(peer))
    found.push(...(await check(trial)))
    await within(output.close(), timeoutMs, late('close')).catch(throwAs('close'))
    found.push(...(await leftBehind(500)).map(kind => `leaves behind: ${kind}`))
  } catch (error) {
    found.push(messageOf(error))
  } finally {
    found.push(...strayErrors())
    rmSync(folder, { recursive: true, force: true })
  }
  return [...new Set(found)]
}

function isOutput(opened: Output | undefined): opened is Output {
  return typeof opened?.write === 'function' && typeof opened.close === 'function'
}

async function checkWrites(trial: Trial): Promise<readonly string[]> {
  const batches = [trial.batch(1), trial.batch(5, [2, 1]), trial.batch(500, [100, 399])]
  const found: string[] = []
  for (const batch of batches) {
    const { findings, error } = await trial.write(batch)
    if (findings.length > 0) found.push(...findings)
    else if (error !== undefined) found.push(error)
  }
  return found
}

/** With the signal aborted: whatever the output does, it has to end. */
async function checkAbort(trial: Trial): Promise<readonly string[]> {
  const writing = startWrite(trial.output, trial.batch(3))
  return (await abortWrite(writing, trial.timeoutMs)).findings
}

function throwAs(what: string): (error: unknown) => never {
  return error => {
    const message = messageOf(error)
    throw new Error(message.startsWith(`${what} takes`) ? message : `${what} throws: ${message}`)
  }
}
