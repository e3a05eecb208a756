import {
  ARCHITECTURES,
  type ArchitectureName,
  loadArchitecture,
  recordOf,
} from '../architectures/architecture.ts'
import type { ErrnoName } from '../architectures/errno.ts'
import { RETURNS } from '../compiler/ranges.ts'
import { ACTIONS, type Action } from './policy.ts'

/** The system calls of one architecture by number, as the kernel tells of them in its audit records. */
export interface CallNames {
  readonly architecture: ArchitectureName
  /** The architecture's name in the audit tools: `x86_64`. */
  readonly auditName: string
  /** Of the architecture's own ABI, or of x32 on amd64; undefined where the tables have none. */
  nameOf(number: number): string | undefined
  /** Of an error number there: they differ on MIPS. */
  errnoOf(number: number): ErrnoName | undefined
}

/** By `AUDIT_ARCH_*` of linux/audit.h, whatever runs here; undefined where there is no table. */
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

/** Two names may share a number: the first is the one to print. */
function byNumber<N extends string>(
  numbers: Readonly<Record<N, number>>,
): readonly (readonly [number, N])[] {
  const entries = Object.entries(numbers) as [N, number][]
  return entries.map(([name, number]) => [number, name] as const).reverse()
}
/** What a filter returned: an action of the specification, or one that policies can't ask for. */
export interface Returned {
  readonly action: Action | 'user_notif' | undefined
  /** SECCOMP_RET_DATA: for `errno` the error's number, where the kernel tells it. */
  readonly data: number
}

/** Takes a filter's return value apart (linux/seccomp.h). */
export function decodeReturn(code: number): Returned {
  const full = (code & 0xffff0000) >>> 0
  const action = full === USER_NOTIF ? 'user_notif' : ACTIONS.find(each => RETURNS[each] === full)
  return { action, data: code & 0xffff }
}

const USER_NOTIF = 0x7fc00000
