import { pathToFileURL } from 'node:url'
import {
  beatSource,
  eventsOf,
  type LogLine,
  type Result,
  type Workplace,
} from '../cli/workplace.ts'
import { isolation, programFile } from '../live.ts'
import type { ThreadState } from './programs/attempt.ts'

/** One agent with one beat, which looks at its own process. */
export interface Experiment {
  /** What stands in beat.yml besides the beat and the output. */
  readonly config?: string
  /** What the beat declares, as JavaScript. */
  readonly privileges?: string
  /** More that the beat does; it may change `found`, which is published. */
  readonly run?: string
  readonly through?: readonly string[]
}

/** What the beat publishes. */
export interface Looked {
  /** Of writing a file that nobody has declared. */
  readonly outside: string
  readonly threads: readonly ThreadState[]
  readonly [more: string]: unknown
}

export interface Found extends Result {
  /** Undefined if the beat did not run. */
  readonly event: Looked | undefined
}

const ATTEMPT = pathToFileURL(programFile('../sandbox/programs/attempt'))

/** Runs the agent to its end in a PID namespace of its own. */
export async function conduct(place: Workplace, experiment: Experiment = {}): Promise<Found> {
  const { config = '', privileges = '[]', run = '', through = [] } = experiment
  place.write({
    'outside.txt': '',
    'beat.yml': `beats: [{ type: ./probe.js }]\n${config}`,
    'probe.js': beatSource(
      `const found = { outside: attempt(${JSON.stringify(place.path('outside.txt'))}), threads: fs.existsSync('/proc/self') ? threadStates() : [] }
      ${run}
      await context.publish(found)`,
      `privileges: () => ${privileges},`,
      `import { attempt, threadStates } from '${ATTEMPT}'
      import * as fs from 'node:fs'`,
    ),
  })
  const agent = place.startThrough([...isolation(), ...through], 'run')
  const result = await agent.ended()
  return { ...result, event: eventsOf(result)[0] }
}

/** Starts it behind a filter that answers a call, as test/sandbox/programs/outer.ts says. */
export function behind(call: string, errno: string): readonly string[] {
  return [process.execPath, programFile('../sandbox/programs/outer'), call, errno]
}

/** `level: message` of the lines that match. */
export function saidOf({ log }: Result, pattern: RegExp): readonly string[] {
  return linesOf({ log }, pattern).map(line => `${line['log.level']}: ${line.message}`)
}

export function linesOf({ log }: Pick<Result, 'log'>, pattern: RegExp): readonly LogLine[] {
  return log.filter(({ message }) => pattern.test(message))
}

/** The different values that the threads have. */
export function valuesOf(event: Looked | undefined, key: keyof ThreadState) {
  return [...new Set(event?.threads.map(thread => thread[key]))]
}
