export type { Action, Condition, Operation, Policy, Rule, Verdict } from './policy.ts'
export { ACTIONS, OPERATIONS } from './policy.ts'
