import type { BeatStatus } from '../../lib/agent/beats/beat-runner.ts'
import type { AgentStatus } from '../../lib/agent/status.ts'
import { DEFAULT_DELIVERY } from '../../lib/config/delivery.ts'
import { parseConfig } from '../../lib/config/parse.ts'
import { readDocument } from '../../lib/config/source/document.ts'
import type { PipelineStats } from '../../lib/pipeline/stats.ts'

const { config } = parseConfig(
  readDocument({
    files: [],
    overrides: ['beats=[{ type: host }]', 'output.console={}', 'queue.mem.events=100'],
    env: {},
  }),
)

/** The part of a plan that a status has: an output called `console`, and a queue of 100 events. */
export const PLANNED = {
  config,
  output: {
    kind: 'output',
    id: 'console',
    path: ['output', 'console'],
    settings: {},
    delivery: DEFAULT_DELIVERY,
    deadLetter: { enabled: true, max_bytes: 0 },
    plugin: {
      name: 'console',
      schema: {},
      open: () => Promise.reject(new Error('not opened here')),
    },
  },
} as const

const NO_EVENTS: PipelineStats = {
  published: 0,
  restored: 0,
  damaged: 0,
  stored_again: 0,
  unencodable: 0,
  filtered: 0,
  rejected: 0,
  dead_lettered: 0,
  dead_letter_lost: 0,
  acked: 0,
  retried: 0,
  failed_writes: 0,
  lost_pauses: 0,
  throttled_pauses: 0,
  refused_publishes: 0,
  queued: 0,
  sending: 0,
  waiting: 0,
}

const BEAT: BeatStatus = {
  id: 'beat',
  state: 'running',
  starts: 1,
  failures: 0,
  published: 0,
  unencodable: 0,
  pending: 0,
  failed: {},
  waiting: 0,
  blocked_ms: 0,
}

interface Parts {
  readonly sandbox?: AgentStatus['sandbox']
  readonly beats?: readonly Partial<BeatStatus>[]
  readonly events?: Partial<PipelineStats>
  readonly writingForMs?: number
}

/** A status in which nothing has happened, but for these parts. */
export function statusWith(parts: Parts): AgentStatus {
  const { sandbox = { state: 'disabled' }, beats = [], events, writingForMs = 0 } = parts
  return {
    sandbox,
    beats: beats.map(beat => ({ ...BEAT, ...beat })),
    queue: { capacity: 100 },
    output: { name: 'console', writingForMs },
    events: { ...NO_EVENTS, ...events },
  }
}
