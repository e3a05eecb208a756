// Turns the document of the configuration into a typed `Config`.
//
// The agent's own settings are checked by one convict schema (sections.ts). Settings that a schema can't
// express have parsers of their own: `beats`, `processors`, `output` and `seccomp`. The sections of plugins
// stay raw (`RawSection`), because their schemas come with plugins that are imported later.
//
// Nothing stops at the first problem. A parser reports it by path and goes on with a default in its place;
// `ProblemList` adds the position from the document and keeps credentials out of the message. Plugins report
// to the same list, so the user sees every problem at once, in reading order. While the list is not empty,
// the config contains stand-ins and must not be run.

import { hostname } from 'node:os'
import type { Path } from '../errors.ts'
import { parseSeccompSection } from '../seccomp/policy/section.ts'
import { parseBeats } from './beats.ts'
import type { Config } from './config.ts'
import { reportMisplaced } from './misplaced.ts'
import { parseOutput } from './outputs.ts'
import { reportOwnLabels } from './own-labels.ts'
import { ProblemList } from './problems.ts'
import { limitProcessors, parseProcessors } from './processors.ts'
import { parseQueue } from './queue.ts'
import { applySchema } from './schema/section.ts'
import { agentSchema } from './sections.ts'
import type { ConfigDocument } from './source/document.ts'
import { absolutePaths } from './source/paths.ts'
import { formatOrigin } from './source/position.ts'

/** Validates everything except the sections of plugins. See the top of this file. */
export function parseConfig(document: ConfigDocument): {
  readonly config: Config
  readonly problems: ProblemList
} {
  const problems = new ProblemList(document)
  const { report } = problems
  reportMisplaced(document.secrets, report)
  const settings = applySchema(agentSchema, { path: [], value: document.value }, report)
  if (settings === undefined) throw new Error('unreachable: the schema is our own')
  reportOwnLabels(settings, [], report)
  const path = absolutePaths(settings.path, document)
  const config: Config = {
    ...settings,
    name: settings.name || hostname(),
    // A packaged agent's launcher says what it is: `web 1.2.3`.
    serviceName: settings.name || process.env.SEALBEAT_PROGRAM?.split(' ')[0] || 'sealbeat',
    beats: parseBeats(document.value.beats, report, document.locate),
    processors: parseProcessors(document.value.processors, ['processors'], report),
    output: parseOutput(document.value.output, report),
    queue: parseQueue(settings.queue, document.value.queue, path, report),
    seccomp: parseSeccompSection(settings.seccomp ?? {}, report, originIn(document)),
    path,
  }
  return { config: limitProcessors(config, report), problems }
}

function originIn(document: ConfigDocument): (path: Path) => string {
  return path => {
    const position = document.find(path)
    return position === undefined ? 'the configuration' : formatOrigin(position)
  }
}
