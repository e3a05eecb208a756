import type { Event } from 'sealbeat'
import type { LandlockViolation } from './assembly.ts'
import { type EventDetails, processName, subjectOf } from './event.ts'
import { decimal, type Fields, untrusted } from './records/fields.ts'

/** Builds the event of a denial by Landlock, with the names of ECS and Auditbeat. */
export function landlockEventOf(violation: LandlockViolation, details: EventDetails): Event {
  const { denial, domain, call } = violation
  const process = call ?? domain.restricted
  return {
    '@timestamp': denial.time,
    message: messageOf(violation),
    event: {
      kind: 'event',
      category: ['process', 'intrusion_detection', ...subjectsOf(denial.blockers)],
      action: 'violated-landlock-policy',
      type: ['denied'],
      outcome: 'failure',
      dataset: 'audit.landlock',
    },
    ...(process && { process: processOf(process, details) }),
    ...userOf(violation, details),
    ...objectOf(denial.fields),
    auditd: auditdOf(violation, details),
  }
}

/** `web (pid 7) violated its Landlock policy: fs.write_file of /etc/passwd`. */
function messageOf({ denial, domain, call }: LandlockViolation): string {
  const who = call ?? domain.restricted
  const subject = who === undefined ? `A process of domain ${denial.domain}` : processName(who)
  const path = untrusted(denial.fields.get('path'))?.replaceAll('\0', '@')
  const object = path === undefined ? '' : ` of ${path}`
  return `${subject} violated its Landlock policy: ${denial.blockers.join(', ')}${object}`
}

/** The categories of what was denied: `fs.…` is about files, `net.…` about the network. */
function subjectsOf(blockers: readonly string[]): readonly string[] {
  const about = (prefix: string) => blockers.some(blocker => blocker.startsWith(prefix))
  return [...(about('fs.') ? ['file'] : []), ...(about('net.') ? ['network'] : [])]
}

function processOf(
  { pid, comm, exe }: { pid: number; comm: string | undefined; exe: string | undefined },
  { parent }: EventDetails,
) {
  return {
    pid,
    ...(comm !== undefined && { name: comm }),
    ...(exe !== undefined && { executable: exe }),
    ...(parent !== undefined && { parent: { pid: parent } }),
  }
}

/** Of a domain, only the id of the user is known. */
function userOf({ domain, call }: LandlockViolation, { user, group, auditUser }: EventDetails) {
  const uid = call ? call.uid : domain.restricted?.uid
  if (uid === undefined) return {}
  const its = { id: String(uid), ...(user !== undefined && { name: user }) }
  if (!call) return { user: its }
  const { gid, auid } = call
  return {
    user: {
      ...its,
      ...(gid !== undefined && {
        group: { id: String(gid), ...(group !== undefined && { name: group }) },
      }),
      audit: {
        id: auid === undefined ? 'unset' : String(auid),
        ...(auditUser !== undefined && { name: auditUser }),
      },
    },
  }
}

/** What the process was denied, as far as ECS has fields for it. */
function objectOf(fields: Fields) {
  const path = untrusted(fields.get('path'))
  // An abstract socket has no path: its name begins with a zero byte, which is shown as `@`.
  const abstract = path?.startsWith('\0') ? path.replaceAll('\0', '@') : undefined
  const file = {
    path: abstract === undefined ? path : undefined,
    name: untrusted(fields.get('name')),
    device: untrusted(fields.get('dev')),
    inode: fields.get('ino'),
  }
  const source = {
    ip: fields.get('saddr') ?? fields.get('laddr'),
    port: decimal(fields.get('src') ?? fields.get('lport')),
  }
  const destination = {
    address: abstract,
    ip: fields.get('daddr') ?? fields.get('faddr'),
    port: decimal(fields.get('dest') ?? fields.get('fport')),
  }
  return {
    ...named('file', file),
    ...named('source', source),
    ...named('destination', destination),
  }
}

/** An object of the values that there are, under its name; nothing if there is none. */
function named(name: string, values: Readonly<Record<string, string | number | undefined>>) {
  const known = Object.entries(values).filter(([, value]) => value !== undefined)
  return known.length === 0 ? {} : { [name]: Object.fromEntries(known) }
}

/** What of a record is in fields of ECS. */
const IN_ECS: ReadonlySet<string> = new Set(
  'path name dev ino saddr src laddr lport daddr dest faddr fport'.split(' '),
)

function auditdOf(
  { denial, call, labels }: LandlockViolation,
  { names, unreported }: EventDetails,
) {
  const { sequence, domain, blockers, fields } = denial
  const others = [...fields].filter(([key]) => !IN_ECS.has(key))
  return {
    sequence,
    message_type: 'landlock_access',
    ...(call && { session: call.session === undefined ? 'unset' : String(call.session) }),
    ...(unreported > 0 && { unreported }),
    data: {
      domain,
      blockers,
      ...Object.fromEntries(others.map(([key, value]) => [key, untrusted(value) ?? value])),
      ...(call && {
        arch: names?.auditName ?? `0x${call.arch.toString(16)}`,
        syscall: names?.nameOf(call.syscall) ?? String(call.syscall),
        syscall_number: call.syscall,
        ...(call.exit !== undefined && { exit: call.exit }),
      }),
      ...subjectOf(call?.subject, labels),
    },
  }
}
