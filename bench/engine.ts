// The cost of the filter: its programs, the stage that installs it, and what it adds to a call.
import {
  ARCHITECTURES,
  type ArchitectureName,
  loadArchitecture,
} from '../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../lib/seccomp/compiler/compile.ts'
import { simulate } from '../lib/seccomp/compiler/simulate.ts'
import { loadPolicy } from '../lib/seccomp/policy/layers.ts'
import type { Sockets } from '../lib/seccomp/policy/sockets.ts'
import { measureIn } from './child.ts'
import { inTurns, median, spread, times } from './rounds.ts'
import { printTable, type Row } from './table.ts'

/** Of an agent without a network, and of one whose plugins declare all that they can. */
const DECLARED: Readonly<Record<string, Sockets>> = {
  'no sockets': { families: {}, connect: undefined, bind: undefined, listen: undefined },
  'all sockets': {
    families: { AF_UNIX: 'bench', AF_INET: 'bench', AF_INET6: 'bench', AF_NETLINK: 'bench' },
    connect: 'bench',
    bind: 'bench',
    listen: 'bench',
  },
}

/** Instructions of the default policies: in total, mean over a recorded trace, and worst case. */
export async function benchPrograms(): Promise<void> {
  const rows: Row[] = []
  for (const name of ARCHITECTURES) {
    for (const [what, sockets] of Object.entries(DECLARED)) {
      const value = await instructionsOf(name, sockets)
      if (value !== undefined) rows.push([`default policy, ${name}, ${what}`, value])
    }
  }
  printTable('Instructions', rows)
}

async function instructionsOf(
  name: ArchitectureName,
  sockets: Sockets,
): Promise<string | undefined> {
  const declared = { needs: [], sockets }
  const policy = await loadPolicy(name, { mode: 'extend', policy: undefined }, declared, 4321)
  if (!policy) return undefined
  const { audit, endian, table } = await loadArchitecture(name)
  const program = compile(policy, WEIGHTS)
  let [worst, executed, calls] = [0, 0, 0]
  for (const [call, number] of Object.entries(table.numbers)) {
    const { steps } = simulate(program, { audit, number }, endian)
    const weight = WEIGHTS[call] ?? 0
    worst = Math.max(worst, steps)
    executed += steps * weight
    calls += weight
  }
  return `${program.length} in total, ${(executed / calls).toFixed(2)} mean, ${worst} worst`
}

interface Stage {
  readonly merge: number
  readonly compile: number
  /** Not part of the stage in an agent, which has already loaded it. */
  readonly addon: number
  readonly install: number
}

const STAGES = 15

/** The cost of the stage at a start: each part runs for the first time in its process. */
export async function benchStage(): Promise<void> {
  const { stage } = await inTurns(STAGES, { stage: () => measureIn<Stage>('stage') })
  const row = (what: string, of: (run: Stage) => number): Row => {
    return [what, spread(stage.map(of), 'ms', 2)]
  }
  printTable(`The seccomp stage in a fresh process, ${STAGES} of them`, [
    row('load and merge', run => run.merge),
    row('compile', run => run.compile),
    row('load the addon', run => run.addon),
    row('install on every thread', run => run.install),
    row('compile and install', run => run.compile + run.install),
  ])
}

interface Calls {
  readonly allowed: number
  readonly checked: number
  readonly denied: number
}

const CALLERS = 9

/** The cost that the filter adds to a call. */
export async function benchCalls(): Promise<void> {
  const { none, filter } = await inTurns(CALLERS, {
    none: () => measureIn<Calls>('calls', 'none'),
    filter: () => measureIn<Calls>('calls', 'filter'),
  })
  const row = (what: string, key: keyof Calls): Row => {
    const [bare, filtered] = [none.map(run => run[key]), filter.map(run => run[key])]
    const added = (median(filtered) - median(bare)).toFixed(0)
    const cells = [spread(bare, 'ns'), spread(filtered, 'ns'), `${added} ns more`]
    return [what, ...cells, times(filtered, bare)]
  }
  printTable(
    `A system call (through the addon) without a filter and with the default one, ${CALLERS} processes of each in turns`,
    [
      row('allowed by its number: cached by the kernel', 'allowed'),
      row('allowed by its arguments', 'checked'),
      row('denied (compared to the kernel’s own error)', 'denied'),
    ],
  )
}
