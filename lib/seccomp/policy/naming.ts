import {
  ARCHITECTURES,
  type ArchitectureName,
  loadArchitecture,
  recordOf,
} from '../architectures/architecture.ts'
import type { ErrnoName } from '../architectures/errno.ts'
import { ACTIONS, type Action, RETURNS } from './policy.ts'

/** Looks up the numbers of one architecture, as they appear in the kernel's audit records. */
export interface CallNames {
  readonly architecture: ArchitectureName
  /** The architecture's name in the audit tools: `x86_64`. */
  readonly auditName: string
  /** The system call of that number, in the native ABI or in x32 on amd64; undefined if unknown. */
  nameOf(number: number): string | undefined
  /** The name of an error number on that architecture (MIPS has numbers of its own). */
  errnoOf(number: number): ErrnoName | undefined
}

/** The lookup for an `AUDIT_ARCH_*` of linux/audit.h, on any host; undefined if there is no table. */
export async function callNames(audit: number): Promise<CallNames | undefined> {
  const name = ARCHITECTURES.find(each => recordOf(each).audit === audit)
  if (name === undefined) return undefined
  const { table, errno, foreignFrom, names } = await loadArchitecture(name)
  const tables =
    foreignFrom === undefined
      ? [table]
      : [table, (await import('../architectures/tables/x32.ts')).table]
  const calls = new Map(tables.flatMap(({ numbers }) => byNumber(numbers)))
  const errors = new Map(byNumber(errno))
  return {
    architecture: name,
    auditName: names.audit,
    nameOf: number => calls.get(number),
    errnoOf: number => errors.get(number),
  }
}

/** Two names may share a number; the first one is printed. */
function byNumber<N extends string>(
  numbers: Readonly<Record<N, number>>,
): readonly (readonly [number, N])[] {
  const entries = Object.entries(numbers) as [N, number][]
  return entries.map(([name, number]) => [number, name] as const).reverse()
}

/** A filter's return value: an action of the specification, or one that policies can't ask for. */
export interface Returned {
  readonly action: Action | 'user_notif' | undefined
  /** SECCOMP_RET_DATA: the error number for `errno`, if the kernel reports it. */
  readonly data: number
}

/** Splits a filter's return value into action and data (linux/seccomp.h). */
export function decodeReturn(code: number): Returned {
  const full = (code & 0xffff0000) >>> 0
  const action = full === USER_NOTIF ? 'user_notif' : ACTIONS.find(each => RETURNS[each] === full)
  return { action, data: code & 0xffff }
}

const USER_NOTIF = 0x7fc00000
