import type { Program } from '../compiler/program.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import { ACTIONS, formatVerdict, type Verdict } from '../policy/policy.ts'
import { EPERM } from '../policy/wording.ts'
import { leakingMultiplexers } from './multiplexers.ts'
import { type OciArgument, ociArguments } from './oci-arguments.ts'

/** `linux.seccomp` of the OCI runtime specification (config-linux.md), as runc and crun read it. */
export interface OciProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures: readonly string[]
  readonly flags: readonly string[]
  readonly syscalls: readonly OciRule[]
}

interface OciRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly OciArgument[]
}

interface OciExport {
  readonly profile: OciProfile
  /** Calls for which the profile is stricter, as the format can't express the policy: `ptrace: …`. */
  readonly stricter: readonly string[]
}

const SCMP: { readonly [A in Verdict['action']]: string } = {
  kill_process: 'SCMP_ACT_KILL_PROCESS',
  kill_thread: 'SCMP_ACT_KILL_THREAD',
  trap: 'SCMP_ACT_TRAP',
  errno: 'SCMP_ACT_ERRNO',
  trace: 'SCMP_ACT_TRACE',
  log: 'SCMP_ACT_LOG',
  allow: 'SCMP_ACT_ALLOW',
}

/** Converts a policy into a profile that gives each call the same verdict or, if it can't, a stricter one. */
export function toOci(policy: EffectivePolicy, program: Program): OciExport {
  const closed = leakingMultiplexers(policy, program)
  const byDefault = plainDefault(policy)
  const stricter: string[] = []
  const groups = new Map<string, OciRule & { readonly names: string[] }>()
  const add = (name: string, verdict: Verdict, args: readonly OciArgument[] = []) => {
    const key = JSON.stringify([formatVerdict(verdict), args.map(argumentKey)])
    const rule = { ...actionOf(policy, verdict), ...(args.length > 0 ? { args } : {}) }
    const group = groups.get(key) ?? { names: [], ...rule }
    group.names.push(name)
    groups.set(key, group)
  }
  for (const decision of policy.decisions) {
    const shut = closed.get(decision.name)
    const alternatives = shut ? undefined : alternativesOf(policy, decision, byDefault)
    if (alternatives)
      for (const { verdict, args } of alternatives) add(decision.name, verdict, args)
    else {
      const verdict = shut ?? strictest(decision)
      stricter.push(`${decision.name}: ${formatVerdict(verdict)}, whatever its arguments`)
      // libseccomp refuses a rule that does what the default does.
      if (formatVerdict(verdict) !== formatVerdict(byDefault)) add(decision.name, verdict)
    }
  }
  const { action, errnoRet } = actionOf(policy, byDefault)
  const profile = {
    defaultAction: action,
    ...(errnoRet === undefined ? {} : { defaultErrnoRet: errnoRet }),
    architectures: [policy.architecture.names.scmp],
    flags: ['SECCOMP_FILTER_FLAG_LOG'],
    syscalls: [...groups.values()],
  }
  return { profile, stricter }
}

interface Alternative {
  readonly verdict: Verdict
  readonly args: readonly OciArgument[]
}

/**
 * The rules of one name; none where the default has the same verdict. In libseccomp a rule without
 * conditions overrides those with conditions, and where two conditions hold, the order of the arguments
 * decides. So rules with conditions work only beside the default, and all with one action; otherwise
 * this returns undefined.
 */
function alternativesOf(
  { architecture }: EffectivePolicy,
  { name, rules, otherwise }: Decision,
  byDefault: Verdict,
): readonly Alternative[] | undefined {
  const isDefault = formatVerdict(otherwise) === formatVerdict(byDefault)
  const [first] = rules
  if (!first) return isDefault ? [] : [{ verdict: otherwise, args: [] }]
  const { verdict } = first
  if (!isDefault || rules.some(rule => formatVerdict(rule.verdict) !== formatVerdict(verdict))) {
    return undefined
  }
  const lists = rules.map(({ conditions }) => ociArguments(architecture, name, conditions))
  if (!lists.every(list => list !== undefined)) return undefined
  return lists.flat().map(args => ({ verdict, args }))
}

/** The default verdict. Each call to which the default gives another error gets a rule of its own. */
function plainDefault({ defaultAction }: EffectivePolicy): Verdict {
  return defaultAction === 'errno' ? EPERM : { action: defaultAction }
}

function strictest({ rules, otherwise }: Decision): Verdict {
  const verdicts = [...rules.map(({ verdict }) => verdict), otherwise]
  const rank = ({ action }: Verdict) => ACTIONS.indexOf(action)
  return verdicts.reduce((a, b) => (rank(b) < rank(a) ? b : a))
}

function actionOf({ architecture }: EffectivePolicy, { action, errno }: Verdict) {
  const errnoRet = action === 'errno' ? architecture.errno[errno ?? 'EPERM'] : undefined
  return { action: SCMP[action], ...(errnoRet === undefined ? {} : { errnoRet }) }
}

function argumentKey({ index, op, value, valueTwo }: OciArgument): string {
  return `${index} ${op} ${value} ${valueTwo}`
}

/** Writes the profile as JSON. Numbers above 2⁵³ stay exact; the runtimes read them as 64 bits. */
export function ociJson(profile: OciProfile): string {
  const marked = JSON.stringify(profile, (_, value) => markBig(value), 2)
  return `${marked.replace(/"bigint (\d+)"/g, '$1')}\n`
}

function markBig(value: unknown): unknown {
  return typeof value === 'bigint' ? `bigint ${value}` : value
}
