export type { ArchitectureName } from './architectures/architecture.ts'
export { type CallNames, callNames, decodeReturn, type Returned } from './policy/naming.ts'
export type { Action, Condition, Operation, Policy, Rule, Verdict } from './policy/policy.ts'
export { ACTIONS, OPERATIONS } from './policy/policy.ts'
