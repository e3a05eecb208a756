/**
 * An `AUDIT_SECCOMP` record, its fields as the kernel defines them (kernel/auditsc.c, audit_seccomp).
 */
export interface SeccompRecord {
  readonly time: Date
  /** The serial number of the event: records with the same number belong together. */
  readonly sequence: number
  readonly pid: number
  readonly uid: number
  readonly gid: number
  /** The user who logged in, even if they became another user since; undefined if nobody logged in. */
  readonly auid: number | undefined
  readonly session: number | undefined
  /** The security module's label. */
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

const UNSET = 0xffffffff // (uid_t) -1 of linux/audit.h

/** Returns undefined if the text is not such a record. */
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
    // The kernel writes the 32 bits of the register as a signed number.
    syscall: syscall >>> 0,
    compat: field.get('compat') === '1',
    ip: field.get('ip') ?? '0x0',
    code,
  }
}

/**
 * Splits `key=value key=value …`. Only a label may contain spaces (`snap.x (enforce)`), so a word without a
 * key belongs to the value before it.
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
 * Decodes a name that the process chose itself. It is written in quotes, or in hexadecimal if it contains a
 * space, a quote or anything beyond printable ASCII (kernel/audit.c, audit_log_untrustedstring). `(null)`
 * means that there is no name.
 */
function untrusted(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value === '(null)') return undefined
  if (value.startsWith('"')) return value.slice(1, -1)
  const isHex = value.length % 2 === 0 && /^[0-9A-F]+$/.test(value)
  return isHex ? Buffer.from(value, 'hex').toString('utf8') : value
}
