/** An `AUDIT_SECCOMP` record, each field as the kernel means it (kernel/auditsc.c, audit_seccomp). */
export interface SeccompRecord {
  readonly time: Date
  /** Of the event: records with the same one belong together. */
  readonly sequence: number
  readonly pid: number
  readonly uid: number
  readonly gid: number
  /** Who logged in, whoever they have become since; undefined where nobody did. */
  readonly auid: number | undefined
  readonly session: number | undefined
  /** The security module's label. */
  readonly subject: string | undefined
  /** The thread's name, at most 15 bytes. */
  readonly comm: string | undefined
  readonly exe: string | undefined
  /** The signal that ends the process or thread; 0: none. */
  readonly sig: number
  /** `AUDIT_ARCH_*`. */
  readonly arch: number
  readonly syscall: number
  /** Whether the call came by a 32-bit ABI of a 64-bit kernel. */
  readonly compat: boolean
  /** Of the instruction, as written: `0x7f…`; a number would lose digits. */
  readonly ip: string
  /** What the filter returned. */
  readonly code: number
}

const UNSET = 0xffffffff // (uid_t) -1 of linux/audit.h

/** Undefined where the text is not such a record. */
export function parseRecord(text: string): SeccompRecord | undefined {
  const stamp = /^audit\((\d+)\.(\d{3}):(\d+)\): ?/.exec(text)
  if (!stamp) return undefined
  const [whole, seconds, milliseconds, sequence] = stamp
  const field = fieldsOf(text.slice(whole.length))
  const [pid, arch, syscall, code] = [
    integer(field.get('pid'), 10),
    integer(field.get('arch'), 16),
    integer(field.get('syscall'), 10),
    integer(field.get('code'), 16),
  ]
  if (pid === undefined || arch === undefined || syscall === undefined || code === undefined) {
    return undefined
  }
  return {
    time: new Date(Number(seconds) * 1000 + Number(milliseconds)),
    sequence: Number(sequence),
    pid,
    uid: integer(field.get('uid'), 10) ?? UNSET,
    gid: integer(field.get('gid'), 10) ?? UNSET,
    auid: whereSet(integer(field.get('auid'), 10)),
    session: whereSet(integer(field.get('ses'), 10)),
    subject: field.get('subj'),
    comm: untrusted(field.get('comm')),
    exe: untrusted(field.get('exe')),
    sig: integer(field.get('sig'), 10) ?? 0,
    arch,
    // A number below 0 is what was in the register, 32 bits of it.
    syscall: syscall >>> 0,
    compat: field.get('compat') === '1',
    ip: field.get('ip') ?? '0x0',
    code,
  }
}

/**
 * `key=value` after `key=value`. Only a label may have spaces, `snap.x (enforce)`: what has no key belongs to
 * the value before.
 */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  let key = ''
  for (const word of text.split(' ')) {
    const at = word.indexOf('=')
    if (at > 0) {
      key = word.slice(0, at)
      fields.set(key, word.slice(at + 1))
    } else fields.set(key, `${fields.get(key) ?? ''} ${word}`)
  }
  return fields
}

function integer(text: string | undefined, radix: 10 | 16): number | undefined {
  const digits = text?.replace(/^0x/, '')
  const pattern = radix === 16 ? /^[0-9a-f]{1,8}$/i : /^-?\d{1,15}$/
  return digits !== undefined && pattern.test(digits) ? Number.parseInt(digits, radix) : undefined
}

function whereSet(id: number | undefined): number | undefined {
  return id === UNSET ? undefined : id
}

/**
 * A name that the process chose itself: in quotes, or, where it has a space, a quote or anything beyond
 * printable ASCII, in hexadecimal (kernel/audit.c, audit_log_untrustedstring). `(null)`: there is none.
 */
function untrusted(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value === '(null)') return undefined
  if (value.startsWith('"')) return value.slice(1, -1)
  const isHex = value.length % 2 === 0 && /^[0-9A-F]+$/.test(value)
  return isHex ? Buffer.from(value, 'hex').toString('utf8') : value
}
