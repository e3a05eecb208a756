import {
  callNumber,
  decimal,
  hexadecimal,
  labelledFieldsOf,
  labelOf,
  NO_STAMP,
  setId,
  stampOf,
  untrusted,
} from './fields.ts'

/**
 * What an `AUDIT_SYSCALL` record says of the process whose call was denied (kernel/auditsc.c, audit_log_exit). The
 * kernel writes it where it audits system calls.
 */
export interface SyscallRecord {
  readonly arch: number
  readonly syscall: number
  readonly exit: string | undefined
  readonly pid: number
  readonly ppid: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly auid: number | undefined
  readonly session: number | undefined
  readonly comm: string | undefined
  readonly exe: string | undefined
  readonly subject: string | undefined
}

/** Returns what is wrong with the text if it is not such a record. */
export function parseSyscall(text: string): SyscallRecord | string {
  const stamped = stampOf(text)
  if (!stamped) return NO_STAMP
  const field = labelledFieldsOf(stamped.rest, ' key=')
  const [pid, arch, syscall] = [
    decimal(field.get('pid')),
    hexadecimal(field.get('arch')),
    callNumber(field.get('syscall')),
  ]
  if (pid === undefined) return 'no pid'
  if (arch === undefined) return 'no arch'
  if (syscall === undefined) return 'no syscall'
  return {
    arch,
    syscall,
    exit: field.get('exit'),
    pid,
    ppid: decimal(field.get('ppid')),
    uid: decimal(field.get('uid')),
    gid: decimal(field.get('gid')),
    auid: setId(field.get('auid')),
    session: setId(field.get('ses')),
    comm: untrusted(field.get('comm')),
    exe: untrusted(field.get('exe')),
    subject: labelOf(field.get('subj')),
  }
}

/** Labels by the field that Auditbeat has for them: `subj_apparmor`. */
export type Labels = readonly (readonly [field: string, label: string])[]

/**
 * Reads the labels of an `AUDIT_MAC_TASK_CONTEXTS` or `AUDIT_MAC_OBJ_CONTEXTS` record, one of each security
 * module: `subj_selinux=… subj_apparmor=snap.x (enforce)`. Returns what is wrong if there are none.
 */
export function parseLabels(text: string): Labels | string {
  const stamped = stampOf(text)
  if (!stamped) return NO_STAMP
  // A label may contain spaces; it ends where that of the next module begins.
  const parts = stamped.rest.split(/(?:^| )((?:subj|obj)_[a-z0-9_]+)=/).slice(1)
  const labels = parts.flatMap((part, at) => {
    const label = labelOf(parts[at + 1])
    return at % 2 === 0 && label !== undefined ? [[part, label] as const] : []
  })
  return labels.length === 0 ? 'no label' : labels
}
