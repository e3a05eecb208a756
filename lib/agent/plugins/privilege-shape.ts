import type { Privilege } from '../../beat.ts'
import { messageOf } from '../../errors.ts'

/** What a beat answers, where all of that can be granted; else why not. */
export function askPrivileges(ask: () => readonly Privilege[] | undefined): {
  readonly privileges: readonly Privilege[]
  readonly problems: readonly string[]
} {
  try {
    const privileges = ask() ?? []
    const problems = privilegeProblems(privileges)
    return { privileges: problems.length > 0 ? [] : privileges, problems }
  } catch (thrown) {
    return { privileges: [], problems: [`"privileges" throws: ${messageOf(thrown)}`] }
  }
}

/** What keeps the answer of `privileges` from being a list of privileges; empty where it is one. */
function privilegeProblems(declared: unknown): readonly string[] {
  if (!Array.isArray(declared)) return ['"privileges" must return a list']
  return declared.flatMap((each: unknown, at) =>
    problemsOf(each).map(problem => `privileges[${at}]: ${problem}`),
  )
}

function problemsOf(privilege: unknown): readonly string[] {
  if (typeof privilege !== 'object' || privilege === null) return [SHAPE]
  const members = new Map<string, unknown>(Object.entries(privilege))
  const kinds = [...members.keys()].filter(key => Object.hasOwn(RULES, key))
  // It becomes a comment of the unit, which a line end would leave.
  const isReason = matches(members.get('why'), /^\S[^\n\r]*$/)
  return [
    ...(kinds.length === 1 ? [] : [SHAPE]),
    ...kinds.flatMap(kind => wrong(kind, members.get(kind))),
    ...(isReason ? [] : ['"why" must say in one line what it is for']),
  ]
}

function wrong(kind: string, value: unknown): readonly string[] {
  const rule = RULES[kind]
  if (rule === undefined || matches(value, rule.pattern)) return []
  return [`"${kind}" must be ${rule.expected}, not ${JSON.stringify(value) ?? typeof value}`]
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

/** linux/capability.h, to CAP_CHECKPOINT_RESTORE of Linux 5.9. */
const CAPABILITIES = `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`.split(/\s+/)

/** What a unit takes: systemd.exec(5). */
const RULES: Readonly<Record<string, { readonly pattern: RegExp; readonly expected: string }>> = {
  capability: {
    pattern: new RegExp(`^CAP_(${CAPABILITIES.join('|')})$`),
    expected: 'a capability that Linux has, such as "CAP_NET_BIND_SERVICE"',
  },
  network: { pattern: /^ip$/, expected: '"ip"' },
  addressFamily: { pattern: /^AF_[A-Z0-9]+$/, expected: 'such as "AF_PACKET"' },
  group: { pattern: /^[A-Za-z_][\w-]*$/, expected: 'the name of a group' },
  proc: { pattern: /^(system|processes)$/, expected: '"system" or "processes"' },
  writes: { pattern: /^\/[^\n\r\0]*$/, expected: 'an absolute path' },
}

const SHAPE = `must be { why: "…" } and one of ${Object.keys(RULES).join(', ')}`
