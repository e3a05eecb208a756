import type { QueueSettings } from '../config/config.ts'
import type { PipelineStats } from '../pipeline/stats.ts'
import type { BeatStatus } from './beats/beat-runner.ts'
import type { OpenAgent } from './open.ts'
import type { SandboxState } from './sandbox.ts'

/** The state of everything in the agent at one moment, from which STATUS= and the metrics are worded. */
export interface AgentStatus {
  readonly sandbox: SandboxStatus
  /** In the order of their opening. */
  readonly beats: readonly BeatStatus[]
  /** The most that it holds: events in memory, or bytes on the disk, and how many those are now. */
  readonly queue:
    | { readonly capacity: number }
    | { readonly maxBytes: number; readonly storedBytes: number }
  readonly output: {
    readonly name: string
    /** Milliseconds since it was given the present batch, without an answer; 0 if it has none. */
    readonly writingForMs: number
  }
  readonly events: PipelineStats
}

interface SandboxStatus {
  readonly state: SandboxState['outcome']['state']
  /** The length of the filter, if it is installed. */
  readonly instructions?: number
  /** Those that were under the filter when it was verified. */
  readonly threads?: number
  /** By system call, how often the filter denied it so far; known under `seccomp.diagnose`. */
  readonly denials?: Readonly<Record<string, number>>
}

type Observed = {
  readonly plan: Pick<OpenAgent['plan'], 'output' | 'config'>
  readonly pipeline: Pick<OpenAgent['pipeline'], 'stats' | 'writingForMs' | 'storedBytes'>
  readonly runners: { readonly all: readonly { readonly status: BeatStatus }[] }
}

/** Reads the status of an agent and changes nothing. */
export function statusOf(
  { plan, pipeline, runners }: Observed,
  sandbox: SandboxState,
): AgentStatus {
  return {
    sandbox: sandboxStatusOf(sandbox),
    beats: runners.all.map(({ status }) => status),
    queue: queueStatusOf(plan.config.queue, pipeline.storedBytes),
    output: { name: plan.output.id, writingForMs: pipeline.writingForMs },
    events: pipeline.stats(),
  }
}

function queueStatusOf({ mem, disk }: QueueSettings, storedBytes: number): AgentStatus['queue'] {
  return disk === undefined ? { capacity: mem.events } : { maxBytes: disk.max_size, storedBytes }
}

function sandboxStatusOf({ outcome, denials }: SandboxState): SandboxStatus {
  const { state } = outcome
  if (state !== 'installed') return { state }
  const { instructions, threads } = outcome
  return {
    state,
    instructions,
    threads,
    ...(denials && { denials: Object.fromEntries(denials()) }),
  }
}
