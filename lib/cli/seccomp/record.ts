import { endianness, release } from 'node:os'
import { writeAtomically } from '../../agent/process/stored-file.ts'
import { duration } from '../../config/schema/duration.ts'
import { AgentError, messageOf } from '../../errors.ts'
import {
  type Architecture,
  architectureOf,
  loadArchitecture,
} from '../../seccomp/architectures/architecture.ts'
import { builtinPolicy } from '../../seccomp/policy/builtin.ts'
import type { Counts } from '../../seccomp/record/counts.ts'
import { compareToDefault, type Difference } from '../../seccomp/record/difference.ts'
import { learnPolicy } from '../../seccomp/record/learn.ts'
import { isSealed } from '../../seccomp/record/phases.ts'
import type { RecordedAgent } from '../../seccomp/record/recording.ts'
import { type RecordingDetails, writeRecording } from '../../seccomp/record/write.ts'
import { readArguments } from '../arguments.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { glibcVersion } from '../sandbox/libc-version.ts'
import { UsageError } from '../usage-error.ts'
import { showProgress } from './record-progress.ts'
import { startRecorded } from './start-recorded.ts'

const GLOBALS = ['path.home', 'path.config', 'path.data', 'path.logs', 'strict.perms']

export async function seccompRecord(call: Call): Promise<never> {
  const command = agentCommand(call)
  const limitMs = readLimitMs(call.value('for'))
  const name = architectureOf(process.arch, endianness())
  if (!name) throw new AgentError('OPEN_FAILED', `can't record: no table for ${process.arch}`)
  const architecture = await loadArchitecture(name)
  const startedMs = performance.now()
  const file = call.value('output')
  const agent = startRecorded(architecture, [...globalsOf(call), ...command], {
    auditLog: call.value('audit-log'),
    stdout: file === undefined ? 2 : 'inherit',
  })
  const code = await waitForEnd(agent, limitMs)
  const counts = agent.counts()
  requireRun(agent, counts, code)
  const learned = learnPolicy(architecture, counts)
  const difference = compareToDefault(architecture, learned, await builtinPolicy(name))
  const about = detailsOf(call.rest, performance.now() - startedMs, agent.shortcomings)
  const text = writeRecording(architecture, learned, counts, difference, about)
  await (file === undefined ? print(text) : writeAtomically(file, text))
  for (const each of agent.shortcomings) process.stderr.write(`${each}\n`)
  process.stderr.write(summary(architecture, counts, difference, file))
  process.exit(code)
}

/** The words after `--`, checked like a command of their own. */
function agentCommand({ rest, has }: Call): readonly string[] {
  if (has('config') || has('set') || has('stderr')) {
    throw new UsageError('options for the agent go after "--": seccomp record -- run -c FILE')
  }
  if (rest.length === 0)
    throw new UsageError('the command to record is missing: seccomp record -- run [OPTIONS]')
  const request = readArguments(rest, process.env)
  if (request.kind === 'run' && request.command.words.join(' ') === 'run') return rest
  throw new UsageError('only an agent can be recorded: seccomp record -- run [OPTIONS]')
}

/** What goes for the agent, too: the command of an installed agent gives its folders before all else. */
function globalsOf(call: Call): readonly string[] {
  return GLOBALS.flatMap(name => {
    const value = call.value(name)
    return value === undefined ? [] : [`--${name}`, value]
  })
}

function readLimitMs(written: string | undefined): number | undefined {
  if (written === undefined) return undefined
  try {
    return duration.parse(written)
  } catch (error) {
    throw new UsageError(`--for ${messageOf(error)}`)
  }
}

/** Waits until the agent ends: by itself, by a signal that we pass on, or at the limit. */
async function waitForEnd(agent: RecordedAgent, limitMs: number | undefined): Promise<number> {
  const ended = agent.ended()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const pass = (signal: NodeJS.Signals) => agent.signal(signal)
  for (const signal of signals) process.on(signal, pass)
  const timer =
    limitMs === undefined ? undefined : setTimeout(() => agent.signal('SIGTERM'), limitMs)
  const stopShowing = showProgress(agent)
  try {
    return await ended
  } finally {
    clearTimeout(timer)
    stopShowing()
    for (const signal of signals) process.off(signal, pass)
  }
}

function requireRun(agent: RecordedAgent, { kinds }: Counts, code: number): void {
  const { failure } = agent
  if (failure !== undefined) throw new AgentError('OPEN_FAILED', `can't record: ${failure}`)
  if (kinds.some(({ phase }) => phase === 'run' && isSealed(phase))) return
  throw new AgentError(
    'OPEN_FAILED',
    `the agent ended with ${code} before it ran: there is nothing to learn a policy from`,
  )
}

function detailsOf(
  command: readonly string[],
  elapsedMs: number,
  shortcomings: readonly string[],
): RecordingDetails {
  return {
    command: `sealbeat ${command.join(' ')}`,
    node: process.versions.node,
    libc: libcVersion(),
    kernel: release().replace(/-.*/, ''),
    seconds: Math.round(elapsedMs / 1000),
    shortcomings,
  }
}

function libcVersion(): string {
  const version = glibcVersion()
  return version === undefined ? 'a libc other than glibc' : `glibc ${version}`
}

function summary(
  { name }: Architecture,
  { kinds }: Counts,
  { missing, unused }: Difference,
  file: string | undefined,
): string {
  const total = kinds.reduce((sum, { count }) => sum + count, 0)
  const names = new Set(kinds.filter(({ phase }) => isSealed(phase)).map(each => each.name))
  const lacks = missing.length === 0 ? 'nothing that was needed' : missing.join(', ')
  return `${[
    `recorded ${total} calls, ${names.size} names behind the filter${file === undefined ? '' : `: ${file}`}`,
    `the default policy of ${name} lacks ${lacks}, and has ${unused.length} names that were not seen`,
  ].join('\n')}\n`
}
