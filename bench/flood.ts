// Runs agents that publish as fast as they can, or one publish after the other.
import { runToEnd } from './child.ts'
import { type AgentOptions, beatOf, inFolder } from './folder.ts'

/** What it took to bring so many events to the file. */
export interface Run {
  readonly events: number
  readonly ms: number
  /** User and system time of all threads. */
  readonly cpuMs: number
}

interface FloodRun extends Run {
  /** Resident memory after the first `mark` events, and after all. */
  readonly markMB: number
  readonly endMB: number
}

interface FloodOptions extends AgentOptions {
  readonly batch: number
  readonly events: number
  readonly mark?: number
  /** How many events have come there, where `output` is not the file. */
  readonly arrived?: () => Promise<number>
}

/** One file takes all events, so that they can be counted and nothing but writing is measured. */
const UNROTATED = 'output.file.rotate_every_kb=100000000'

/** @throws Error if not every event has come, once */
export function flood({ settings = [], ...options }: FloodOptions): Promise<FloodRun> {
  const { batch, events, mark = 0, arrived } = options
  return inFolder(async folder => {
    const beat = beatOf('flood', { batch, events, mark })
    const given = arrived ? settings : [UNROTATED, ...settings]
    const run = {
      events,
      ...measuredBy<Omit<FloodRun, 'events'>>(folder.agent(beat, { ...options, settings: given })),
    }
    const lines = () => Number.parseInt(runToEnd(['wc', '-l', folder.events]).stdout, 10)
    const come = arrived ? await arrived() : lines()
    if (come !== events) throw new Error(`${come} of ${events} events have come`)
    return run
  })
}

/** Publishes, each acknowledged before its publisher makes the next; `beat`: how many of them, of how many events. */
export function publishesPerSecond(
  options: AgentOptions,
  beat: Readonly<Record<string, number>> = {},
): Promise<number> {
  return inFolder(async folder => {
    const command = folder.agent(beatOf('one-by-one', beat), options)
    return 1000 / measuredBy<{ msEach: number }>(command).msEach
  })
}

/** An event of a flood as a line of the file, without its end. */
export function floodLine(): Promise<string> {
  return inFolder(async folder => {
    runToEnd(folder.agent(beatOf('flood', { events: 100 })))
    return runToEnd(['tail', '-n', '1', folder.events]).stdout.trimEnd()
  })
}

/** What the beat has logged. */
function measuredBy<T>(command: readonly string[]): T {
  const { stderr } = runToEnd(command)
  const line = stderr.split('\n').find(text => text.includes('"measured":'))
  if (!line) throw new Error(`${command.join(' ')} has measured nothing:\n${stderr.slice(-2_000)}`)
  return JSON.parse(line).measured
}
