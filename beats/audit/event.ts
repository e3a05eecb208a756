import { constants } from 'node:os'
import type { Event, FieldType, FieldTypes } from 'sealbeat'
import { type CallNames, decodeReturn } from 'sealbeat/seccomp'
import type { Labels } from './records/companions.ts'
import { SEVERAL } from './records/fields.ts'
import type { SeccompRecord } from './records/seccomp.ts'

/** Details that the records themselves do not contain. */
export interface EventDetails {
  readonly names: CallNames | undefined
  readonly user: string | undefined
  readonly group: string | undefined
  readonly auditUser: string | undefined
  readonly parent: number | undefined
  /** How many of the agent's own violations were suppressed since the last one that was reported. */
  readonly unreported: number
}

/** Those of a violation of seccomp, with the labels of several security modules. */
interface SeccompDetails extends EventDetails {
  readonly labels: Labels
}

/** Builds the event of a violation with Auditbeat's field names (S13, S14). */
export function eventOf(record: SeccompRecord, details: SeccompDetails): Event {
  const { action } = decodeReturn(record.code)
  // A call that is only logged is still executed: nothing was denied.
  const executed = action === 'log' || action === 'allow'
  const auditd = auditdOf(record, details)
  return {
    '@timestamp': record.time,
    message: messageOf(record, auditd.data),
    event: {
      kind: 'event',
      category: ['process', 'intrusion_detection'],
      action: 'violated-seccomp-policy',
      type: [executed ? 'allowed' : 'denied'],
      outcome: executed ? 'success' : 'failure',
      dataset: 'audit.seccomp',
    },
    process: processOf(record, details),
    user: userOf(record, details),
    auditd,
  }
}

/** `web (pid 7) violated its seccomp policy with openat: errno EPERM`. */
function messageOf(
  record: SeccompRecord,
  { syscall, action, errno }: ReturnType<typeof dataOf>,
): string {
  const answer = errno === undefined ? action : `${action} ${errno}`
  return `${processName(record)} violated its seccomp policy with ${syscall}: ${answer}`
}

export function processName({ pid, comm }: { pid: number; comm: string | undefined }): string {
  return `${comm ?? 'A process'} (pid ${pid})`
}

function processOf({ pid, comm, exe }: SeccompRecord, { parent }: EventDetails) {
  return {
    pid,
    ...(comm !== undefined && { name: comm }),
    ...(exe !== undefined && { executable: exe }),
    ...(parent !== undefined && { parent: { pid: parent } }),
  }
}

function userOf({ uid, gid, auid }: SeccompRecord, { user, group, auditUser }: EventDetails) {
  return {
    id: String(uid),
    ...(user !== undefined && { name: user }),
    group: { id: String(gid), ...(group !== undefined && { name: group }) },
    audit: {
      id: auid === undefined ? 'unset' : String(auid),
      ...(auditUser !== undefined && { name: auditUser }),
    },
  }
}

function auditdOf(record: SeccompRecord, { names, unreported, labels }: SeccompDetails) {
  const { sequence, session, subject } = record
  return {
    sequence,
    message_type: 'seccomp',
    session: session === undefined ? 'unset' : String(session),
    ...(unreported > 0 && { unreported }),
    data: { ...dataOf(record, names), ...subjectOf(subject, labels) },
  }
}

/** The labels of the process: the only one, or those of several security modules. */
export function subjectOf(subject: string | undefined, labels: Labels) {
  if (labels.length === 0) return subject === undefined ? {} : { subj: subject }
  const isToldHere = subject !== undefined && subject !== SEVERAL
  return { ...(isToldHere && { subj: subject }), ...Object.fromEntries(labels) }
}

function dataOf(record: SeccompRecord, names: CallNames | undefined) {
  const { arch, syscall, sig, code, ip, compat } = record
  const { action, data } = decodeReturn(code)
  const errno = action === 'errno' && data > 0 ? (names?.errnoOf(data) ?? String(data)) : undefined
  return {
    arch: names?.auditName ?? `0x${arch.toString(16)}`,
    syscall: names?.nameOf(syscall) ?? String(syscall),
    syscall_number: syscall,
    sig: signalOf(sig) ?? String(sig),
    code: `0x${code.toString(16)}`,
    action: action ?? 'unknown',
    ...(errno !== undefined && { errno }),
    ip,
    compat: compat ? '1' : '0',
  }
}

/** The name of a signal: `SYS`. Undefined for 0, which is none, and for a number without a name. */
function signalOf(number: number): string | undefined {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return found?.[0].replace('SIG', '')
}

function all(type: FieldType, ...names: readonly string[]): FieldTypes {
  return Object.fromEntries(names.map(name => [name, type]))
}

/** Of all events that README.md tells of. `auditd.data.ip` is an address in memory. */
export const fields: FieldTypes = {
  ...all('keyword', ...each('event', 'kind category action type outcome dataset original')),
  ...all('text', 'message'),
  ...all('long', 'process.pid', 'process.parent.pid'),
  ...all('keyword', ...each('process', 'name executable')),
  ...all('keyword', ...each('user', 'id name group.id group.name audit.id audit.name')),
  ...all('keyword', ...each('file', 'path name device inode')),
  ...all('ip', 'source.ip', 'destination.ip'),
  ...all('long', 'source.port', 'destination.port'),
  ...all('keyword', 'destination.address'),
  ...all('long', ...each('auditd', 'sequence unreported unreadable lost')),
  ...all('keyword', ...each('auditd', 'session message_type reason')),
  ...all('long', 'auditd.data.syscall_number'),
  ...all('keyword', 'auditd.data.*'),
}

function each(prefix: string, names: string): readonly string[] {
  return names.split(' ').map(name => `${prefix}.${name}`)
}
