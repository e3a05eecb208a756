import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { LogLine, Result, Running, Workplace } from '../cli/workplace.ts'
import { isolation } from '../live.ts'

/** One agent with one beat of test/spec/beats/. */
export interface Experiment {
  readonly beat: string
  /** The beat's own settings. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** The section as it stands in beat.yml, key and all; nothing for the default policy. */
  readonly seccomp?: string
  /** What to start it with, inside the namespace. */
  readonly through?: readonly string[]
}

export interface Findings extends Result {
  /** What the beat published, in order. */
  readonly events: readonly Readonly<Record<string, unknown>>[]
}

/** Runs the agent to its end in a PID namespace of its own, where it may deny whatever it likes. */
export async function conduct(place: Workplace, experiment: Experiment): Promise<Findings> {
  place.write({ 'beat.yml': configOf(experiment) })
  const through = [...isolation(), ...(experiment.through ?? [])]
  const agent = place.startThrough(through, 'run')
  agent.child.stdin?.end()
  const result = await agent.ended()
  // A beat may print what it likes.
  const lines = result.stdout.split('\n').filter(line => line.startsWith('{'))
  return { ...result, events: lines.map(line => JSON.parse(line)) }
}

/** Starts it where it can be looked at from outside: for policies that deny an agent nothing. */
export function observe(place: Workplace, experiment: Experiment): Running {
  place.write({ 'beat.yml': configOf(experiment) })
  return place.startThrough(experiment.through ?? [], 'run')
}

/** The lines that say how the stage went. */
export function stageLines({ log }: Pick<Result, 'log'>): readonly LogLine[] {
  return log.filter(({ message }) => /syscall filter|seccomp/i.test(message))
}

/** How `isolation` tells a death by SIGSYS. */
export const DEATH_BY_SIGSYS = 128 + constants.signals.SIGSYS

/** A section that says what happens to these calls; all others are allowed. */
export function denying(action: string, ...names: readonly string[]): string {
  return `seccomp:
  default_action: allow
  syscalls:
  - action: ${action}
    names: [${names.join(', ')}]
`
}

/**
 * JSON is YAML. The filter is what is under test: its beats start programs, use the network, write anywhere, and look
 * at what is left as it was.
 */
function configOf({ beat, settings, seccomp = '' }: Experiment): string {
  const type = fileURLToPath(new URL(`./beats/${beat}.js`, import.meta.url))
  return `beats: [${JSON.stringify({ type, ...settings })}]
output.console: {}
logging.level: debug
landlock.enabled: false
capabilities: keep
${seccomp}`
}
