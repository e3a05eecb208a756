import type { Decision } from './merge.ts'
import { ACTIONS, type Verdict } from './policy.ts'

/** Whether no call of the name goes through, whatever its arguments. */
export function isDenied({ rules, otherwise }: Decision): boolean {
  return denies(otherwise) && rules.every(({ verdict }) => denies(verdict))
}

/** Whether every call of the name goes through. */
export function isAllowed({ rules, otherwise }: Decision): boolean {
  return !denies(otherwise) && rules.every(({ verdict }) => !denies(verdict))
}

/** Whether a call that meets the action does not happen. */
export function denies({ action }: Pick<Verdict, 'action'>): boolean {
  return ACTIONS.indexOf(action) <= ACTIONS.indexOf('errno')
}
