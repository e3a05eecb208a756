// The cost of a whole agent: its start, its memory, and the filter's part of its processor time.
import { NODE_MAJORS, nodeBinary } from '../test/nodes.ts'
import { cpuTime, idleMemory, nodeName, startTime } from './child.ts'
import { beatOf, inFolder } from './folder.ts'
import { inTurns } from './rounds.ts'
import { compared, printTable, type Row } from './table.ts'

const STARTS = 15

/** An agent that does little: its beat and its output. */
export const HOST = '{ type: host }'
export const CONSOLE = { output: 'output.console={}' }

/** What an agent logs once it runs behind the filter. */
export const RUNNING = '"message":"Running"'

/** The time until beats run behind the filter, on this Node and on each one that `make nodes` installed. */
export async function benchStart(): Promise<void> {
  const rows: Row[] = []
  const cached = NODE_MAJORS.map(nodeBinary).filter(file => file !== undefined)
  for (const node of new Set([process.execPath, ...cached])) {
    rows.push(...(await startsOf(node)))
  }
  printTable(`Start, ${STARTS} of each in turns`, rows)
}

async function startsOf(node: string): Promise<readonly Row[]> {
  return inFolder(async folder => {
    const agent = folder.agent(HOST, { ...CONSOLE, node: [node] })
    const { bare, full } = await inTurns(STARTS, {
      bare: () => startTime([node, '-e', '0']),
      full: () => startTime(agent, RUNNING),
    })
    const name = nodeName(node)
    return compared('ms', [
      [`${name}: node -e 0`, bare],
      [`${name}: agent running`, full],
    ])
  })
}

const IDLE_MS = 3_000
const IDLE_ROUNDS = 3

export async function benchMemory(): Promise<void> {
  await inFolder(async folder => {
    const { bare, agent } = await inTurns(IDLE_ROUNDS, {
      bare: () => idleMemory([process.execPath, '-e', 'setInterval(() => {}, 1e6)'], IDLE_MS),
      agent: () => idleMemory(folder.agent(HOST, CONSOLE), IDLE_MS),
    })
    printTable(
      `Idle memory (resident), ${IDLE_ROUNDS} of each in turns`,
      compared('MB', [
        ['node -e "setInterval(…)"', bare],
        ['agent with the host beat', agent],
      ]),
    )
  })
}

const BUSY_ROUNDS = 5

/** Processor time of an agent that is busy reading /proc and publishing, with and without the filter. */
export async function benchBusy(): Promise<void> {
  await inFolder(async folder => {
    const { off, on } = await inTurns(BUSY_ROUNDS, {
      off: () => cpuTime(folder.agent(beatOf('busy'), { settings: ['seccomp.enabled=false'] })),
      on: () => cpuTime(folder.agent(beatOf('busy'))),
    })
    printTable(
      `Processor time of a busy agent, ${BUSY_ROUNDS} of each in turns`,
      compared('ms', [
        ['without the filter', off],
        ['with it', on],
      ]),
    )
  })
}
