// What an answer of `privileges` must look like, checked at run time: plugins may be JavaScript. Each is one need
// and its reason, in one line, as the unit and the sandbox take it.

import { messageOf } from '../../errors.ts'
import type { Privilege } from '../../plugin.ts'
import { CAPABILITIES } from '../../sandbox/capabilities.ts'

type Members = ReadonlyMap<string, unknown>

/** Calls `privileges` of a plugin. The list is empty if the answer has problems. */
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
  // It becomes a comment of the unit, and a line end would leave the comment.
  const isReason = matches(members.get('why'), /^\S[^\n\r]*$/)
  return [
    ...(kinds.length === 1 ? [] : [SHAPE]),
    ...kinds.flatMap(kind => wrongValue(kind, members.get(kind))),
    ...wrongDuring(members),
    ...wrongJoining(members),
    ...(isReason ? [] : ['"why" must say in one line what it is for']),
  ]
}

function wrongValue(kind: string, value: unknown): readonly string[] {
  const rule = RULES[kind]
  if (rule === undefined || rule.accepts(value)) return []
  return [`"${kind}" must be ${rule.expected}, not ${JSON.stringify(value) ?? typeof value}`]
}

function wrongDuring(members: Members): readonly string[] {
  const during = members.get('during')
  if (during === undefined) return []
  if (!members.has('capability')) return ['"during" goes with "capability" alone']
  return matches(during, /^(open|run)$/) ? [] : ['"during" must be "open" or "run"']
}

function wrongJoining(members: Members): readonly string[] {
  const [capability, bytes] = [members.get('with'), members.get('bufferBytes')]
  if (!members.has('netlink')) {
    const stray = ['with', 'bufferBytes'].filter(key => members.has(key))
    return stray.map(key => `"${key}" goes with "netlink" alone`)
  }
  const isSize = bytes === undefined || (Number.isSafeInteger(bytes) && Number(bytes) > 0)
  return [
    ...(CAPABILITY.accepts(capability) ? [] : [`"with" must be ${CAPABILITY.expected}`]),
    ...(isSize ? [] : ['"bufferBytes" must be a whole number above 0']),
  ]
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

interface Rule {
  readonly accepts: (value: unknown) => boolean
  readonly expected: string
}

function pattern(pattern: RegExp, expected: string): Rule {
  return { accepts: value => matches(value, pattern), expected }
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
}

/** A line end or a NUL would end the line of a unit that it stands in. */
const ABSOLUTE = pattern(/^\/[^\n\r\0]*$/, 'an absolute path')

const CAPABILITY = pattern(
  new RegExp(`^(${CAPABILITIES.join('|')})$`),
  'a capability that Linux has, such as "CAP_NET_BIND_SERVICE"',
)

/** The values that a unit and the sandbox take: systemd.exec(5), landlock(7). */
const RULES: Readonly<Record<string, Rule>> = {
  capability: CAPABILITY,
  network: pattern(/^ip$/, '"ip"'),
  connects: {
    accepts: value => value === 'any' || isPort(value),
    expected: 'a TCP port from 1 to 65535, or "any"',
  },
  listens: { accepts: isPort, expected: 'a TCP port from 1 to 65535' },
  unix: ABSOLUTE,
  addressFamily: pattern(/^AF_[A-Z0-9]+$/, 'such as "AF_PACKET"'),
  netlink: pattern(
    /^[a-z][a-z0-9-]* [1-9]\d?$/,
    'a family and a group of netlink, such as "audit 1"',
  ),
  group: pattern(/^[A-Za-z_][\w-]*$/, 'the name of a group'),
  proc: pattern(/^(system|processes|inside)$/, '"system", "processes" or "inside"'),
  sees: pattern(/^mounts$/, '"mounts"'),
  reads: ABSOLUTE,
  writes: ABSOLUTE,
  executes: ABSOLUTE,
}

const SHAPE = `must be { why: "…" } and one of ${Object.keys(RULES).join(', ')}`
