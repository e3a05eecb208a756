import type { Asked, Reach } from '../../sandbox/reach.ts'

/** One kind of what an agent reaches. */
export interface ReachRow {
  readonly kind: 'reads' | 'writes' | 'executes' | 'connects' | 'listens' | 'unix' | 'capabilities'
  /** Nothing is refused by this; `asked` then says who has asked for all of it, if anybody has. */
  readonly all: boolean
  readonly asked: readonly Asked<string | number>[]
}

/** The reach of an agent by kind, in the order in which it is shown. */
export function reachRows(reach: Reach): readonly ReachRow[] {
  const { reads, writes, executes, connects, listens, unix, capabilities, anyPorts } = reach
  return [
    { kind: 'reads', all: reads === undefined, asked: reads ?? [] },
    { kind: 'writes', all: false, asked: writes },
    { kind: 'executes', all: false, asked: executes },
    { kind: 'connects', all: connects === undefined, asked: connects ?? anyPorts },
    {
      kind: 'listens',
      all: listens === undefined,
      asked: listens ?? anyPorts.filter(({ what }) => what === 'network ip'),
    },
    { kind: 'unix', all: false, asked: unix },
    { kind: 'capabilities', all: false, asked: capabilities },
  ]
}
