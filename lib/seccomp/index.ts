export type { ArchitectureName } from './arch.ts'
export { type CallNames, callNames, decodeReturn, type Returned } from './naming.ts'
export type { Action, Condition, Operation, Policy, Rule, Verdict } from './policy.ts'
export { ACTIONS, OPERATIONS } from './policy.ts'
