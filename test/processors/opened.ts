import { pino } from 'pino'
import { parseSettings } from '../../lib/config/schema/settings.ts'
import { formatPath, messageOf } from '../../lib/errors.ts'
import type { MutableEvent, Processor, ProcessorType } from '../../lib/processor.ts'

export type Config = Readonly<Record<string, unknown>>

/** The settings, or what is wrong with them. */
function parse<S>(type: ProcessorType<S>, value: Config) {
  const problems: string[] = []
  const section = { path: [type.name], value }
  const settings = parseSettings(type, section, (path, message) =>
    problems.push(`${formatPath(path.slice(1))}: ${message}`),
  )
  return { settings, problems }
}

/** Every problem with settings, as the user reads it after the path of the processor. */
export function problemsOf<S>(type: ProcessorType<S>, config: Config): readonly string[] {
  return parse(type, config).problems
}

export function opened<S>(type: ProcessorType<S>, config: Config): Processor {
  const { settings, problems } = parse(type, config)
  if (settings === undefined) throw new Error(problems.join('\n'))
  return type.open({ settings, log: pino({ enabled: false }) })
}

/**
 * What a processor makes of a copy of an event: the event, undefined if it drops it, or the message of the
 * error that it throws.
 */
export function outcome<S>(type: ProcessorType<S>, config: Config, event: Config): unknown {
  const { process } = opened(type, config)
  try {
    const after = process(copied(event))
    // As JSON has it: the keys of removed fields are left without values.
    return after && copied(after)
  } catch (thrown) {
    return `throws: ${messageOf(thrown)}`
  }
}

function copied(event: Config): MutableEvent {
  return JSON.parse(JSON.stringify(event))
}

/** A row of a table: what it shows, the settings, the event, and what comes of it. */
export type Row = readonly [what: string, config: Config, event: Config, result: unknown]
