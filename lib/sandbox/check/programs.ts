import { type Finding, findingIn } from '../../seccomp/check/finding.ts'
import { isAllowed } from '../../seccomp/policy/denies.ts'
import type { EffectivePolicy } from '../../seccomp/policy/merge.ts'
import type { Reach } from '../reach.ts'

const STARTING = ['execve', 'execveat']

/** A policy that lets programs be started, where Landlock lets none. */
export function programFindings(
  { decisions }: Pick<EffectivePolicy, 'decisions'>,
  { executes }: Pick<Reach, 'executes'>,
  confined: boolean,
): readonly Finding[] {
  const open = decisions.filter(each => STARTING.includes(each.name) && isAllowed(each))
  if (!confined || executes.length > 0 || open.length === 0) return []
  const names = open.map(({ name }) => name).join(', ')
  const message =
    `the policy allows ${names}, but nothing is declared in executes, so Landlock refuses every program: ` +
    "let the plugin that starts one declare it in its privileges, { executes: '/path/of/it' }, or deny the call"
  return [findingIn('policy')('warning', message)]
}
