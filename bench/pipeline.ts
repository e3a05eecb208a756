// What the pipeline of an agent at work achieves: compared to what it was at the baseline, and to rsyslog.
import { nodeBinary } from '../test/nodes.ts'
import { BASELINE, baselineFolder } from '../tools/baseline.ts'
import { MAIN, nodeName } from './child.ts'
import { flood, floodLine, publishesPerSecond, type Run } from './flood.ts'
import { rsyslogCopy, rsyslogd } from './forwarders/rsyslog.ts'
import { accessLog } from './programs/access-log.ts'
import { inTurns, spread, times } from './rounds.ts'
import { compared, printTable, type Row } from './table.ts'

const ROUNDS = 7
const TURNS = `${ROUNDS} of each in turns`

/**
 * The size of each publish, and how many events take some seconds: the first ones, which V8 interprets, then
 * count for little.
 */
const BATCHES = [
  { batch: 1, events: 500_000 },
  { batch: 100, events: 1_600_000 },
  { batch: 2000, events: 1_600_000 },
]

/** Lines for rsyslog. */
const COPIED = 200_000

const LARGE_QUEUE = 32_000
const SMALL_QUEUE = 3_200

export async function benchPipeline(): Promise<void> {
  const main = baselineProgram()
  const copier = rsyslogd()
  if (!copier) console.log('\nNo comparison with rsyslog, which is not installed')
  const line = await floodLine()
  const copy = copier && (() => rsyslogCopy(copier, { line, events: COPIED }))
  const found = [20, 24].map(nodeBinary).filter(file => file !== undefined)
  const nodes = found.length > 0 ? found : [process.execPath]
  const bytes = Math.round(JSON.stringify(accessLog(100)).length / 100)
  for (const node of nodes) {
    const sides = BATCHES.flatMap(each => batchSides(each, node, main))
    const size = `events of ${bytes} bytes, as written ${Buffer.byteLength(line) + 1}`
    const title = `Pipeline, output.file, filter on: ${nodeName(node)}; ${size}; ${TURNS}`
    await printSides(title, copy ? [...sides, { name: RSYSLOG, run: copy }] : sides)
  }
  await benchAcknowledgement(main)
  await benchQueue()
  await benchFloodMemory()
}

/** The program of the baseline; if there can't be one, prints why. */
function baselineProgram(): string | undefined {
  try {
    return `${baselineFolder()}/dist/bundle/main.js`
  } catch (error) {
    console.log(`\nNo comparison with ${BASELINE}: ${(error as Error).message}`)
    return undefined
  }
}

export interface Side {
  readonly name: string
  /** The name of the side that it is compared to. */
  readonly base?: string
  readonly run: () => Promise<Run>
}

const RSYSLOG = 'rsyslogd, imfile to omfile, the same lines'

type Sized = (typeof BATCHES)[number]

function batchSides({ batch, events }: Sized, node: string, main: string | undefined): Side[] {
  const side = (tree: string, program: string) => ({
    name: `batch ${batch}: ${tree}`,
    run: () => flood({ batch, events, node: [node], main: program }),
  })
  const here = side('this tree', MAIN)
  if (!main) return [here]
  const before = side(BASELINE, main)
  return [before, { ...here, base: before.name }]
}

export async function printSides(title: string, sides: readonly Side[]): Promise<void> {
  const runs = await inTurns(ROUNDS, Object.fromEntries(sides.map(({ name, run }) => [name, run])))
  const rates = (name = '') => runs[name]?.map(({ events, ms }) => events / ms) ?? []
  const costs = (name = '') => runs[name]?.map(({ events, cpuMs }) => (cpuMs / events) * 1000) ?? []
  const ratios = (name: string, base: string | undefined) => ({
    rate: base === undefined ? '' : times(rates(name), rates(base)),
    cost: base === undefined ? '' : times(costs(name), costs(base)),
  })
  const rows = sides.map(({ name, base }): Row => {
    const { rate, cost } = ratios(name, base)
    return [name, spread(rates(name), 'k/s'), rate, spread(costs(name), 's', 2), cost]
  })
  const beside = sides.filter(({ name }) => runs[RSYSLOG] && name.endsWith('this tree'))
  const toRsyslog = beside.map(({ name }): Row => {
    const { rate, cost } = ratios(name, RSYSLOG)
    return [`${name}, compared to rsyslogd`, '', rate, '', cost]
  })
  printTable(title, [
    ['', 'events per second', 'ratio', 'CPU of a million', 'ratio'],
    ...rows,
    ...toRsyslog,
  ])
}

/** Default settings: how long a beat waits that does not go on before its events are safe. */
async function benchAcknowledgement(main: string | undefined): Promise<void> {
  const { before, now } = await inTurns(ROUNDS, {
    before: () => (main ? publishesPerSecond({ main }) : Number.NaN),
    now: () => publishesPerSecond({}),
  })
  const here = ['this tree', now] as const
  printTable(
    `Publishes of 500 events, each awaited until acknowledged; ${TURNS}`,
    compared('/s', main ? [[BASELINE, before], here] : [here], 1),
  )
}

/** A larger queue should only hold more, not cost more. */
async function benchQueue(): Promise<void> {
  const sides = BATCHES.slice(0, 2).flatMap(({ batch, events }): Side[] => {
    const side = (queue: number) => ({
      name: `batch ${batch}: queue.mem.events ${queue}`,
      run: () => flood({ batch, events, settings: [`queue.mem.events=${queue}`] }),
    })
    const [small, large] = [side(SMALL_QUEUE), side(LARGE_QUEUE)]
    return [small, { ...large, base: small.name }]
  })
  await printSides(`A large queue, ${nodeName(process.execPath)}; ${TURNS}`, sides)
}

const MEMORY_ROUNDS = 3
const EARLY = 500_000
const LATE = 3_000_000

/** The memory of an agent has to be the same however long it runs. */
async function benchFloodMemory(): Promise<void> {
  const { run } = await inTurns(MEMORY_ROUNDS, {
    run: () => flood({ batch: 100, events: LATE, mark: EARLY }),
  })
  printTable(
    `Resident memory of an agent after so many events, batch 100, ${MEMORY_ROUNDS} agents`,
    compared('MB', [
      [`${EARLY / 1e6} million`, run.map(({ markMB }) => markMB)],
      [`${LATE / 1e6} million`, run.map(({ endMB }) => endMB)],
    ]),
  )
}
