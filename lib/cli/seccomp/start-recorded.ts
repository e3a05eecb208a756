import { accessSync, constants } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Recorder } from '../../addon.ts'
import { AgentError, messageOf } from '../../errors.ts'
import { packageRoot } from '../../own-package.ts'
import type { Architecture } from '../../seccomp/architectures/architecture.ts'
import { AUDIT_LOG, AuditedProcess } from '../../seccomp/record/audited-process.ts'
import { findRecorder } from '../../seccomp/record/native.ts'
import { RecordedProcess } from '../../seccomp/record/recorded-process.ts'
import type { RecordedAgent } from '../../seccomp/record/recording.ts'

interface RecordOptions {
  /** The file that auditd writes, to record from it even if the kernel has a better way. */
  readonly auditLog: string | undefined
  readonly stdout: number | 'inherit'
}

/**
 * Starts the agent that `command` runs, under a filter that denies nothing. Its calls are recorded one
 * by one or, if the kernel can't do that, from the audit log.
 *
 * @throws AgentError `OPEN_FAILED` with the reasons if neither is possible
 */
export function startRecorded(
  architecture: Architecture,
  command: readonly string[],
  { auditLog, stdout }: RecordOptions,
): RecordedAgent {
  if (auditLog !== undefined) return audited(architecture, command, auditLog, stdout)
  const found = findRecorder()
  if ('recorder' in found) return watched(found.recorder, architecture, command, stdout)
  try {
    accessSync(AUDIT_LOG, constants.R_OK)
  } catch (error) {
    throw cantRecord(`${found.problem}; the audit log can't be read either: ${messageOf(error)}`)
  }
  process.stderr.write(`recording from ${AUDIT_LOG}: ${found.problem}\n`)
  return audited(architecture, command, AUDIT_LOG, stdout)
}

const MAIN = fileURLToPath(new URL('dist/bundle/main.js', packageRoot()))

/** Overrides for beat.yml: a filter is installed as usual, but it denies nothing. */
const UNSEALED = [
  'seccomp.enabled=true',
  'seccomp.mode=replace',
  'seccomp.default_action=allow',
  'seccomp.syscalls=[{action: allow, names: [read]}]',
]

/** The same with every call logged, except for those that a filter can't check (ENOSYS). */
const LOGGED = [
  'seccomp.enabled=true',
  'seccomp.mode=replace',
  'seccomp.default_action=log',
  'seccomp.syscalls=[{action: errno, errno: ENOSYS, names: [clone3, io_uring_setup]}]',
]

function watched(
  recorder: Recorder,
  architecture: Architecture,
  command: readonly string[],
  stdout: number | 'inherit',
): RecordedAgent {
  return new RecordedProcess(recorder, architecture, {
    start: fileURLToPath(new URL('dist/bundle/recorded.js', packageRoot())),
    args: argumentsFor(command, UNSEALED),
    stdio: ['inherit', stdout, 'inherit'],
  })
}

function audited(
  architecture: Architecture,
  command: readonly string[],
  log: string,
  stdout: number | 'inherit',
): RecordedAgent {
  try {
    return new AuditedProcess(architecture, log, argumentsFor(command, LOGGED), stdout)
  } catch (error) {
    throw cantRecord(`the audit log: ${messageOf(error)}`)
  }
}

function argumentsFor(command: readonly string[], overrides: readonly string[]): readonly string[] {
  return [...process.execArgv, MAIN, ...command, ...overrides.flatMap(each => ['-E', each])]
}

function cantRecord(why: string): AgentError {
  return new AgentError('OPEN_FAILED', `can't record: ${why}`)
}
