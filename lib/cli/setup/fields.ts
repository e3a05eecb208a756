import type { Plan } from '../../agent/plan.ts'
import { AgentError } from '../../errors.ts'
import type { FieldTypes } from '../../event.ts'

function all(type: 'keyword' | 'text' | 'long' | 'date' | 'ip', names: string): FieldTypes {
  return Object.fromEntries(names.split(' ').map(name => [name, type]))
}

/** Those that the agent and the processors that come with it add, as ECS has them. */
const OF_ALL: FieldTypes = {
  ...all('date', '@timestamp event.created event.start event.end'),
  ...all('text', 'message error.message'),
  ...all('keyword', 'tags agent.id agent.name agent.type agent.version agent.ephemeral_id'),
  ...all('keyword', 'ecs.version event.module event.dataset event.kind event.category event.type'),
  ...all('keyword', 'event.action event.outcome event.timezone host.name host.hostname host.id'),
  ...all('keyword', 'host.architecture host.mac host.os.* log.level'),
  ...all('ip', 'host.ip client.ip destination.ip related.ip server.ip source.ip'),
  ...all('long', 'event.duration'),
}

interface Found {
  readonly fields: FieldTypes
  /** Beats that do not say what they publish. */
  readonly silent: readonly string[]
}

/** @throws AgentError if two beats contradict each other */
export function fieldsOf({ beats }: Plan): Found {
  const fields: Record<string, string> = { ...OF_ALL }
  const by = new Map<string, string>()
  const silent: string[] = []
  for (const { plugin } of beats) {
    if (plugin.fields === undefined) silent.push(plugin.name)
    for (const [name, type] of Object.entries(plugin.fields ?? {})) {
      const before = fields[name]
      if (before !== undefined && before !== type) {
        const other = by.get(name) ?? 'the agent'
        throw wrong(`${name} is ${type} to the beat ${plugin.name}, and ${before} to ${other}`)
      }
      fields[name] = type
      by.set(name, `the beat ${plugin.name}`)
    }
  }
  const both = Object.keys(fields).find(name =>
    Object.keys(fields).some(other => other.startsWith(`${name}.`)),
  )
  if (both !== undefined) throw wrong(`${both} is both a value and an object`)
  return { fields: fields as FieldTypes, silent: [...new Set(silent)] }
}

function wrong(why: string): AgentError {
  return new AgentError('OPEN_FAILED', `the fields of the beats contradict each other: ${why}`)
}
