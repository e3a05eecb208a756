import {
  callNumber,
  decimal,
  hexadecimal,
  labelledFieldsOf,
  labelOf,
  NO_STAMP,
  type Stamp,
  setId,
  stampOf,
  UNSET,
  untrusted,
} from './fields.ts'

/**
 * An `AUDIT_SECCOMP` record, its fields as the kernel defines them (kernel/auditsc.c, audit_seccomp).
 */
export interface SeccompRecord extends Stamp {
  readonly pid: number
  readonly uid: number
  readonly gid: number
  /** The user who logged in, even if they became another user since; undefined if nobody logged in. */
  readonly auid: number | undefined
  readonly session: number | undefined
  /** The security module's label; `?` if there are several, which are in a record of their own. */
  readonly subject: string | undefined
  /** The thread's name, at most 15 bytes. */
  readonly comm: string | undefined
  readonly exe: string | undefined
  /** The signal that ends the process or thread, or 0 for none. */
  readonly sig: number
  /** `AUDIT_ARCH_*`. */
  readonly arch: number
  readonly syscall: number
  /** Whether the call was made through a 32-bit ABI of a 64-bit kernel. */
  readonly compat: boolean
  /** The instruction pointer, as text (`0x7f…`): a number would lose digits. */
  readonly ip: string
  /** The return value of the filter. */
  readonly code: number
}

/** Returns what is wrong with the text if it is not such a record. */
export function parseSeccomp(text: string): SeccompRecord | string {
  const stamped = stampOf(text)
  if (!stamped) return NO_STAMP
  const field = labelledFieldsOf(stamped.rest, ' pid=')
  const [pid, arch, syscall, code] = [
    decimal(field.get('pid')),
    hexadecimal(field.get('arch')),
    callNumber(field.get('syscall')),
    hexadecimal(field.get('code')),
  ]
  if (pid === undefined) return 'no pid'
  if (arch === undefined) return 'no arch'
  if (syscall === undefined) return 'no syscall'
  if (code === undefined) return 'no code'
  return {
    time: stamped.time,
    sequence: stamped.sequence,
    pid,
    uid: decimal(field.get('uid')) ?? UNSET,
    gid: decimal(field.get('gid')) ?? UNSET,
    auid: setId(field.get('auid')),
    session: setId(field.get('ses')),
    subject: labelOf(field.get('subj')),
    comm: untrusted(field.get('comm')),
    exe: untrusted(field.get('exe')),
    sig: decimal(field.get('sig')) ?? 0,
    arch,
    syscall,
    compat: field.get('compat') === '1',
    ip: field.get('ip') ?? '0x0',
    code,
  }
}
