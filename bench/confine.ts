// The cost of what confines an agent besides its filter: at a start, for each file that is opened, and for
// events that flow.
import { CONSOLE, HOST, RUNNING } from './agent.ts'
import { cpuTime, measureIn, startTime } from './child.ts'
import { flood } from './flood.ts'
import { type AgentOptions, beatOf, inFolder } from './folder.ts'
import { inTurns, median, spread, times } from './rounds.ts'
import { compared, printTable, type Row } from './table.ts'

/** Many, as one start differs from the next by far more than what confining one adds. */
const STARTS = 41
const OPENERS = 21
const BUSY_ROUNDS = 5
const FLOOD = { batch: 100, events: 800_000 }
const FLOODS = 21
const OFF = ['landlock.enabled=false', 'capabilities=keep']

interface Opens {
  readonly proc: number
  readonly near: number
}

export async function benchConfine(): Promise<void> {
  await inFolder(async folder => {
    const { off, on } = await inTurns(STARTS, {
      off: () => startTime(folder.agent(HOST, { ...CONSOLE, settings: OFF }), RUNNING),
      on: () => startTime(folder.agent(HOST, CONSOLE), RUNNING),
    })
    const added = `${median(differences(on, off)).toFixed(1)} ms more, as the median of the pairs`
    printTable(`Start of an agent, ${STARTS} of each in turns`, [
      ['without Landlock, capabilities kept', spread(off, 'ms')],
      ['confined', spread(on, 'ms'), added, times(on, off)],
    ])
    const busy = await inTurns(BUSY_ROUNDS, {
      off: () => cpuTime(folder.agent(beatOf('busy'), { settings: OFF })),
      on: () => cpuTime(folder.agent(beatOf('busy'))),
    })
    printTable(
      `Processor time of a busy agent, ${BUSY_ROUNDS} of each in turns`,
      compared('ms', [
        ['without Landlock, capabilities kept', busy.off],
        ['confined', busy.on],
      ]),
    )
  })
  const floods = await inTurns(FLOODS, {
    off: () => perSecond({ settings: OFF }),
    on: () => perSecond({}),
  })
  printTable(
    `Events in batches of ${FLOOD.batch} to output.file, ${FLOODS} floods of each in turns`,
    [
      ['without Landlock, capabilities kept', spread(floods.off, 'k/s')],
      [
        'confined',
        spread(floods.on, 'k/s'),
        `${median(ratios(floods.on, floods.off)).toFixed(2)}× as the median of the pairs`,
      ],
    ],
  )
  const { none, domain } = await inTurns(OPENERS, {
    none: () => measureIn<Opens>('files', 'none'),
    domain: () => measureIn<Opens>('files', 'domain'),
  })
  const row = (what: string, key: keyof Opens): Row => {
    const [bare, confined] = [none.map(run => run[key]), domain.map(run => run[key])]
    const added = `${median(differences(confined, bare)).toFixed(0)} ns more, as the median of the pairs`
    return [what, spread(bare, 'ns'), spread(confined, 'ns'), added, times(confined, bare)]
  }
  printTable(
    `To open and close a file, outside and inside, ${OPENERS} processes of each in turns`,
    [row('/proc/self/stat', 'proc'), row('/etc/passwd', 'near')],
  )
}

/** Of each turn, so that what the machine does for longer than a turn counts for neither side. */
function differences(values: readonly number[], base: readonly number[]): readonly number[] {
  return values.map((value, turn) => value - (base[turn] ?? Number.NaN))
}

function ratios(values: readonly number[], base: readonly number[]): readonly number[] {
  return values.map((value, turn) => value / (base[turn] ?? Number.NaN))
}

/** Thousands of events a second. */
async function perSecond(options: AgentOptions): Promise<number> {
  const { events, ms } = await flood({ ...FLOOD, ...options })
  return events / ms
}
