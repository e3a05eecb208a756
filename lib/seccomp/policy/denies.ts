import type { Decision } from './merge.ts'
import { ACTIONS, type Verdict } from './policy.ts'

/** Whether every call of this name is denied, whatever its arguments. */
export function isDenied({ rules, otherwise }: Decision): boolean {
  return denies(otherwise) && rules.every(({ verdict }) => denies(verdict))
}

/** Whether every call of this name is executed, whatever its arguments. */
export function isAllowed({ rules, otherwise }: Decision): boolean {
  return !denies(otherwise) && rules.every(({ verdict }) => !denies(verdict))
}

/** Whether the action keeps the kernel from executing the call. */
export function denies({ action }: Pick<Verdict, 'action'>): boolean {
  return ACTIONS.indexOf(action) <= ACTIONS.indexOf('errno')
}
