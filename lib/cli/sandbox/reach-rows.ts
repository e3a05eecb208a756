import type { Plan } from '../../agent/plan.ts'
import type { DeclaredPrivilege } from '../../agent/plugins/declared.ts'
import type { Asked, Reach } from '../../sandbox/reach.ts'

/** One kind of what an agent reaches. */
export interface ReachRow {
  readonly kind: keyof Omit<Reach, 'inside'>
  /** Nothing is refused by this; `asked` then says who has asked for all of it, if anybody has. */
  readonly all: boolean
  readonly asked: readonly Asked<string | number>[]
}

/** The reach of an agent by kind, in the order in which it is shown. */
export function reachRows(
  { reach }: Pick<Plan, 'reach'>,
  privileges: readonly DeclaredPrivilege[],
): readonly ReachRow[] {
  const { reads, writes, executes, connects, listens, unix, capabilities } = reach
  return [
    { kind: 'reads', all: reads === undefined, asked: reads ?? [] },
    { kind: 'writes', all: false, asked: writes },
    { kind: 'executes', all: false, asked: executes },
    ports('connects', connects, privileges),
    ports('listens', listens, privileges),
    { kind: 'unix', all: false, asked: unix },
    { kind: 'capabilities', all: false, asked: capabilities },
  ]
}

function ports(
  kind: 'connects' | 'listens',
  declared: readonly Asked<number>[] | undefined,
  privileges: readonly DeclaredPrivilege[],
): ReachRow {
  if (declared) return { kind, all: false, asked: declared }
  const asked = privileges.flatMap(({ title, privilege }) => {
    const any =
      'network' in privilege ||
      (kind === 'connects' && 'connects' in privilege && privilege.connects === 'any')
    return any ? [{ what: 'any', who: title, why: privilege.why }] : []
  })
  return { kind, all: true, asked }
}
