import type { Plan } from '../../agent/plan.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { lackingOf } from '../../sandbox/rights.ts'
import { type LandlockSupport, landlockSupport } from '../../sandbox/ruleset.ts'
import type { Call } from '../command.ts'
import { printJson, printLines } from '../print.ts'
import { showPolicy } from '../seccomp/show.ts'
import { type ReachRow, reachRows } from './reach-rows.ts'

export async function sandboxShow(call: Call): Promise<ExitCode> {
  const { plan, data, text } = await showPolicy(call)
  const support = landlockSupport()
  const rows = reachRows(plan.reach)
  if (call.has('json')) await printJson({ ...data, ...dataOf(plan, support, rows) })
  else await printLines(`${text}\n${textOf(plan, support, rows)}`)
  return EXIT.ok
}

/** In addition to the fields of `seccomp show --json`. */
function dataOf(plan: Plan, support: LandlockSupport, rows: readonly ReachRow[]) {
  const { landlock, capabilities } = plan.config
  return {
    landlock: {
      enabled: landlock.enabled,
      required: landlock.required,
      given_up: plan.reach.inside,
      available: support.available,
      ...(support.available
        ? { abi: support.abi, lacking: lackingOf(support.abi) }
        : { reason: support.reason }),
    },
    capabilities,
    user: plan.account ?? null,
    reach: Object.fromEntries(rows.map(({ kind, all, asked }) => [kind, { all, asked }])),
  }
}

function textOf(plan: Plan, support: LandlockSupport, rows: readonly ReachRow[]): string {
  const lines = [
    ...rows.flatMap(row => linesOf(row, support, plan)),
    ['user', plan.account ? accountText(plan.account) : 'the one that starts the agent'],
    ['Landlock', landlockText(plan, support)],
  ]
  const widths = [0, 1, 2].map(at => {
    return Math.max(0, ...lines.filter(line => at === 0 || isTable(line)).map(widthAt(at)))
  })
  const formatted = lines.map(line => {
    return line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  })
  return `what the agent reaches:\n${formatted.join('\n')}\n`
}

type Cells = readonly string[]

/** Sentences take the whole line, and don't widen a column. */
function isTable(cells: Cells): boolean {
  return cells.length > 2
}

function widthAt(at: number): (cells: Cells) => number {
  return cells => cells[at]?.length ?? 0
}

const NAMES: Readonly<Record<ReachRow['kind'], string>> = {
  reads: 'reads',
  writes: 'writes',
  executes: 'executes',
  connects: 'connects',
  listens: 'listens',
  unix: 'unix sockets',
  capabilities: 'capabilities',
}

function linesOf(
  { kind, all, asked }: ReachRow,
  support: LandlockSupport,
  plan: Plan,
): readonly Cells[] {
  const name = NAMES[kind]
  if (kind === 'capabilities' && plan.config.capabilities === 'keep') {
    return [[name, 'those that it is started with, by configuration']]
  }
  const open = isUnrefused(kind, support)
  if (open) return [[name, open], ...asked.map(each => cellsOf(name, each))]
  if (asked.length > 0) return asked.map(each => cellsOf(name, each))
  return [[name, all ? ALL : 'none']]
}

const ALL = 'all that its user may'

function cellsOf(
  name: string,
  {
    what,
    who,
    why,
  }: { readonly what: string | number; readonly who: string; readonly why: string },
): Cells {
  return [name, String(what), who, why]
}

/** What the kernel can't refuse, whatever is declared. */
function isUnrefused(kind: ReachRow['kind'], support: LandlockSupport): string | undefined {
  if (!support.available) return undefined
  if (kind === 'unix' && support.abi < 9) return `${ALL}; refused from Linux 7.1 on unless declared`
  const isPort = kind === 'connects' || kind === 'listens'
  if (isPort && support.abi < 4) return `${ALL}; refused from Linux 6.7 on unless declared`
  return undefined
}

function accountText({ name, uid, gid }: NonNullable<Plan['account']>): string {
  return `${name} (uid ${uid}, gid ${gid}), if it is started as root`
}

const NOT_REFUSED = 'all files and TCP ports that its user may'

function landlockText({ config, reach }: Plan, support: LandlockSupport): string {
  const { landlock } = config
  if (!landlock.enabled) return `disabled by configuration: ${NOT_REFUSED}`
  const [first] = reach.inside
  if (first) return `given up for ${first.who} (${first.why}): ${NOT_REFUSED}`
  if (!support.available) return `not here: ${support.reason}: ${NOT_REFUSED}`
  const lacking = lackingOf(support.abi)
  const limits = lacking.length > 0 ? `this kernel can't refuse ${lacking.join(', ')}` : ''
  return [`ABI ${support.abi}`, ...(limits ? [limits] : [])].join('; ')
}
