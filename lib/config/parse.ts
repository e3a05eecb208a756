import { hostname } from 'node:os'
import type { Path, Report } from '../errors.ts'
import { parseSeccompSection } from '../seccomp/policy/section.ts'
import { parseBeats } from './beats.ts'
import type { Config, MemoryQueueSettings } from './config.ts'
import { reportMisplaced } from './misplaced.ts'
import { parseOutput } from './outputs.ts'
import { ProblemList } from './problems.ts'
import { isMap } from './schema/leaf.ts'
import { applySchema } from './schema/section.ts'
import { agentSchema } from './sections.ts'
import type { ConfigDocument } from './source/document.ts'
import { absolutePaths } from './source/paths.ts'
import { formatOrigin } from './source/position.ts'

/**
 * Validates all that the agent knows of itself. The sections of beats and of the output are left to
 * their plugins' schemas, whose problems join the same list; as long as that isn't empty, the config
 * holds stand-ins for whatever is wrong and must not be run.
 */
export function parseConfig(document: ConfigDocument): {
  readonly config: Config
  readonly problems: ProblemList
} {
  const problems = new ProblemList(document)
  const { report } = problems
  reportMisplaced(document.secrets, report)
  const settings = applySchema(agentSchema, { path: [], value: document.value }, report)
  if (settings === undefined) throw new Error('unreachable: the schema is our own')
  const config: Config = {
    ...settings,
    name: settings.name || hostname(),
    beats: parseBeats(document.value.beats, report),
    output: parseOutput(document.value.output, report),
    queue: { mem: parseMemoryQueue(settings.queue.mem, document, report) },
    seccomp: parseSeccompSection(settings.seccomp ?? {}, report, originIn(document)),
    path: absolutePaths(settings.path, document.files),
  }
  return { config, problems }
}

/** `flush.min_events` follows a small `events` by itself, but isn't corrected where it was written. */
function parseMemoryQueue(
  settings: MemoryQueueSettings,
  { value }: ConfigDocument,
  report: Report,
): MemoryQueueSettings {
  const { events, flush } = settings
  if (flush.min_events <= events) return settings
  const path = ['queue', 'mem', 'flush', 'min_events']
  if (valueAt(value, path) === flush.min_events) {
    report(path, `must not exceed queue.mem.events, which is ${events}`)
  }
  return { events, flush: { ...flush, min_events: events } }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((here, key) => (isMap(here) ? here[key] : undefined), value)
}

function originIn(document: ConfigDocument): (path: Path) => string {
  return path => {
    const position = document.find(path)
    return position === undefined ? 'the configuration' : formatOrigin(position)
  }
}
