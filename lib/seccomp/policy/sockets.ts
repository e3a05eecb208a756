// Which sockets a process may have, by what is declared. It is a layer between the default policy, which allows
// every ordinary socket, and the calls that plugins name themselves:
//
//   socket         the families that somebody declares
//   connect, bind  where somebody declares a socket that is connected, or one that is bound
//   listen         where somebody declares a listener: a socket that was never bound gets a port as well, which
//                  Landlock does not see
//   socketcall     its numbers for these four, on 386 and s390x; it hides the family
//
// The layer decides these calls alone. What it allows has the origin of who declares it; what it refuses gets
// the answer that a call without a rule gets.

import type { Architecture } from '../architectures/architecture.ts'
import { denies } from './denies.ts'
import type { Decision, EffectivePolicy } from './merge.ts'
import type { Action, Condition, Policy, Rule, Verdict } from './policy.ts'
import { wordDefault } from './wording.ts'

/** Address families of linux/socket.h that the default policies know. */
const FAMILIES = { AF_UNIX: 1n, AF_INET: 2n, AF_INET6: 10n, AF_NETLINK: 16n } as const
export type Family = keyof typeof FAMILIES

/** What is declared about sockets; each with an origin such as `beat web: answers HTTP`. */
export interface Sockets {
  readonly families: Readonly<Partial<Record<Family, string>>>
  readonly connect: string | undefined
  readonly bind: string | undefined
  readonly listen: string | undefined
}

/** The numbers of socketcall(2), from linux/net.h. */
const SOCKETCALLS = { socket: 1n, bind: 2n, connect: 3n, listen: 4n } as const
type Call = keyof typeof SOCKETCALLS

const CALLS = ['socket', 'bind', 'connect', 'listen'] as const

/** @param builtin the default policy, which says what of each family is allowed */
export function socketLayer(
  { table }: Architecture,
  builtin: Policy,
  sockets: Sockets,
  defaultAction: Action,
): Policy {
  const refusal = (name: string) => wordDefault(name, defaultAction)
  const rules = [
    ...builtin.rules.flatMap(rule => declaredFamily(rule, sockets)),
    ...CALLS.map(call => decided(call, sockets, refusal(call))),
    ...refusedSocketcalls(sockets, refusal('socketcall')),
  ].filter(({ name }) => Object.hasOwn(table.numbers, name))
  return { defaultAction: builtin.defaultAction, defaultOrigin: builtin.defaultOrigin, rules }
}

/** The rule of the default policy for a socket of a declared family. */
function declaredFamily(rule: Rule, { families }: Sockets): readonly Rule[] {
  if (rule.name !== 'socket') return []
  const domain = rule.conditions.find(({ argument }) => argument === 0)?.value
  const family = Object.entries(FAMILIES).find(([, value]) => value === domain)?.[0]
  const origin = families[family as Family]
  return origin === undefined ? [] : [{ ...rule, origin }]
}

function decided(name: Call, sockets: Sockets, refusal: Verdict): Rule {
  const origin = name === 'socket' ? undefined : sockets[name]
  return {
    name,
    conditions: [],
    verdict: origin === undefined ? refusal : { action: 'allow' },
    origin: origin ?? UNDECLARED[name],
  }
}

const UNDECLARED: Readonly<Record<Call, string>> = {
  socket: 'nobody declares such a socket',
  bind: 'nobody declares a socket',
  connect: 'nobody declares a connection',
  listen: 'nobody declares a listener',
}

function refusedSocketcalls(sockets: Sockets, verdict: Verdict): readonly Rule[] {
  const isDeclared = (call: Call) =>
    call === 'socket' ? Object.keys(sockets.families).length > 0 : sockets[call] !== undefined
  return CALLS.filter(call => !isDeclared(call)).map(call => ({
    name: 'socketcall',
    conditions: [{ argument: 0, operation: 'Equal', value: SOCKETCALLS[call] }],
    verdict,
    origin: UNDECLARED[call],
  }))
}

/** What nothing can be done about under a policy: no such socket is to be had, or a call that it takes. */
export type RefusedSockets = ReadonlySet<(typeof SOCKET_KINDS)[number]>

const SOCKET_KINDS = ['connects', 'listens', 'unix', 'netlink'] as const

export function refusedSockets({ decisions }: Pick<EffectivePolicy, 'decisions'>): RefusedSockets {
  const lets = (name: string, family?: Family) =>
    decisions.some(each => each.name === name && mayAllow(each, family))
  const needs = {
    connects: lets('socket', 'AF_INET') && lets('connect'),
    listens: lets('socket', 'AF_INET') && lets('bind') && lets('listen'),
    unix: lets('socket', 'AF_UNIX') && lets('connect'),
    netlink: lets('socket', 'AF_NETLINK'),
  }
  return new Set(SOCKET_KINDS.filter(kind => !needs[kind]))
}

/** Whether some call is allowed; with a family, some whose first argument is that. */
function mayAllow({ rules, otherwise }: Decision, family?: Family): boolean {
  const fits = ({ argument, operation, value }: Condition) =>
    family === undefined || argument !== 0 || operation !== 'Equal' || value === FAMILIES[family]
  const matching = rules.filter(({ conditions }) => conditions.every(fits))
  return [...matching.map(({ verdict }) => verdict), otherwise].some(each => !denies(each))
}
