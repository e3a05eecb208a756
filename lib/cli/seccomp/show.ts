import { configure } from '../../agent/configure.ts'
import {
  type DeclaredPrivilege,
  formatPrivilege,
  privilegesOf,
  privilegeWarnings,
} from '../../agent/plugins/declared.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { explicitDecisions } from '../../seccomp/export/section-data.ts'
import type { Decision, EffectivePolicy } from '../../seccomp/policy/merge.ts'
import { formatCondition, formatVerdict, type Rule } from '../../seccomp/policy/policy.ts'
import type { Call } from '../command.ts'
import { printJson, printLines } from '../print.ts'
import { chosenArchitecture, policyFor } from './policy-for.ts'

export async function seccompShow(call: Call): Promise<ExitCode> {
  const { data, text } = await showPolicy(call)
  if (call.has('json')) await printJson(data)
  else await printLines(text)
  return EXIT.ok
}

/** The policy of the configured agent and what its plugins declare, in both forms. Warnings are printed. */
export async function showPolicy({ source, has, value }: Call) {
  const architecture = chosenArchitecture(value('arch'))
  const plan = await configure(readDocument(source))
  const policy = await policyFor(plan, architecture)
  const decisions = has('all') ? policy.decisions : shownDecisions(policy)
  for (const warning of privilegeWarnings(plan)) process.stderr.write(`warning: ${warning}\n`)
  const { privileges } = privilegesOf(plan.plugins)
  return {
    plan,
    data: dataOf(policy, decisions, privileges),
    text: `${textOf(policy, decisions)}${privilegeLines(privileges)}`,
  }
}

/** Those that differ from the default action, and those that were decided although they do not. */
function shownDecisions(policy: EffectivePolicy): readonly Decision[] {
  const explicit = new Set(explicitDecisions(policy))
  return policy.decisions.filter(each => explicit.has(each) || each.origin !== policy.defaultOrigin)
}

/** The output of `--json`; conditions are formatted as in the text output. */
function dataOf(
  policy: EffectivePolicy,
  decisions: readonly Decision[],
  privileges: readonly DeclaredPrivilege[],
) {
  return {
    architecture: policy.architecture.name,
    default_action: policy.defaultAction,
    default_origin: policy.defaultOrigin,
    unknown_numbers: formatVerdict(policy.unknown),
    syscalls: decisions.map(({ name, number, rules, otherwise, origin }) => ({
      name,
      number,
      rules: rules.map(rule => ({
        conditions: rule.conditions.map(formatCondition),
        action: formatVerdict(rule.verdict),
        origin: rule.origin,
      })),
      action: formatVerdict(otherwise),
      origin,
    })),
    privileges: privileges.map(({ title, privilege: { why, ...need } }) => ({
      plugin: title,
      ...need,
      why,
    })),
  }
}

function textOf(policy: EffectivePolicy, decisions: readonly Decision[]): string {
  const { architecture, defaultAction, defaultOrigin, unknown } = policy
  const width = Math.max(0, ...decisions.map(({ name }) => name.length))
  return [
    `# ${architecture.name}, ${decisions.length} system calls`,
    `default action: ${defaultAction} (${defaultOrigin})`,
    `unknown numbers: ${formatVerdict(unknown)}`,
    '',
    ...decisions.flatMap(decision => decisionLines(decision, width)),
    '',
  ].join('\n')
}

function decisionLines({ name, rules, otherwise, origin }: Decision, width: number) {
  const last = `${name.padEnd(width)}  ${formatVerdict(otherwise).padEnd(14)}  ${origin}`
  return [...rules.map(rule => ruleLine(rule, width)), last]
}

function ruleLine({ name, conditions, verdict, origin }: Rule, width: number): string {
  const when = conditions.map(formatCondition).join(' and ')
  return `${name.padEnd(width)}  ${formatVerdict(verdict).padEnd(14)}  ${origin}, if ${when}`
}

function privilegeLines(privileges: readonly DeclaredPrivilege[]): string {
  const rows = privileges.map(({ title, privilege }) => {
    return [title, formatPrivilege(privilege), privilege.why] as const
  })
  const widths = [0, 1].map(at => Math.max(0, ...rows.map(row => row[at]?.length ?? 0)))
  const lines = rows.map(
    ([title, need, why]) =>
      `${title.padEnd(widths[0] ?? 0)}  ${need.padEnd(widths[1] ?? 0)}  ${why}\n`,
  )
  return lines.length === 0 ? '' : `\ndeclared privileges:\n${lines.join('')}`
}
