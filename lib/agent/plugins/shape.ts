import type { Beat, Privilege } from '../../beat.ts'
import { messageOf } from '../../errors.ts'
import { didYouMean } from '../../suggest.ts'

/** A beat whose types are its own business: the agent hands its settings and resources through. */
export type AnyBeat = Beat<unknown, unknown>

type Members = ReadonlyMap<string, unknown>
type Check = (members: Members, keys: readonly string[]) => string | undefined

/**
 * What keeps a plugin's default export from being a beat, in the words of the contract; an empty
 * list when it is one. Whether the schema is sound shows when a section is parsed with it.
 */
export function shapeProblems(exported: unknown): readonly string[] {
  if (typeof exported !== 'object' || exported === null) {
    return [`its default export must be a beat (see defineBeat), not ${describe(exported)}`]
  }
  const members = membersOf(exported)
  const keys = Object.keys(exported)
  return CHECKS.map(check => check(members, keys)).filter(problem => problem !== undefined)
}

export function isBeat(exported: unknown): exported is AnyBeat {
  return shapeProblems(exported).length === 0
}

const NAME = /^[a-z0-9][a-z0-9_-]*$/

const CHECKS: readonly Check[] = [
  beat => {
    const name = beat.get('name')
    if (typeof name === 'string' && NAME.test(name)) return undefined
    return `"name" must be lower case letters, digits, - and _, not ${describe(name)}`
  },
  beat =>
    isObject(beat.get('schema')) ? undefined : '"schema" must be a convict schema, {} at least',
  (beat, keys) => {
    const run = beat.get('run')
    if (typeof run === 'function') return undefined
    const near = run === undefined ? didYouMean('run', keys).replace('did you mean', 'is it') : ''
    return `"run" must be a function, not ${describe(run)}${near}`
  },
  optionalFunction('open'),
  optionalFunction('close'),
  optionalFunction('privileges'),
  beat => {
    const needs = beat.get('syscalls')
    if (needs === undefined || (Array.isArray(needs) && needs.every(isNeed))) return undefined
    return '"syscalls" must be a list of { names: ["…"], why: "…" }'
  },
]

function optionalFunction(key: string): Check {
  return beat => {
    const kind = typeof beat.get(key)
    return kind === 'function' || kind === 'undefined' ? undefined : `"${key}" must be a function`
  }
}

function isNeed(value: unknown): boolean {
  if (!isObject(value)) return false
  const need = membersOf(value)
  const names = need.get('names')
  return Array.isArray(names) && names.every(isText) && isText(need.get('why'))
}

/** The members a reader of the object sees: a beat may be an instance of a class, too. */
function membersOf(value: object): Members {
  const keys = [
    'name',
    'schema',
    'run',
    'open',
    'close',
    'syscalls',
    'privileges',
    'opensUnfiltered',
    'names',
    'why',
  ]
  return new Map(keys.map(key => [key, Reflect.get(value, key)]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || value === undefined) return 'nothing'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

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
