// What is sent for a batch: for each list one RPUSH of all its events, for a channel a PUBLISH of each.

import type { Batch, Rejection } from '../../output.ts'
import { linesOf } from '../lines.ts'
import { encoded, encodedBatch } from './resp.ts'

export interface Command {
  readonly name: 'rpush' | 'publish'
  readonly key: string
  /** As they are sent: thousands of views of events would be kept until there is a reply. */
  readonly bytes: Buffer
  /** Of its events in the batch, in their order. */
  readonly indices: readonly number[]
}

export interface Commands {
  readonly commands: readonly Command[]
  /** Events without a key to go to. */
  readonly rejected: readonly Rejection[]
}

/** `key`: that of all events; undefined: each has its own in its route. */
export function commandsOf(
  batch: Batch,
  datatype: 'list' | 'channel',
  key: string | undefined,
): Commands {
  if (datatype === 'list' && key !== undefined && key !== '') {
    const indices = Array.from({ length: batch.count }, (_, index) => index)
    const bytes = encodedBatch('rpush', key, batch)
    return { commands: [{ name: 'rpush', key, bytes, indices }], rejected: [] }
  }
  const rejected: Rejection[] = []
  const commands: Command[] = []
  const byKey = new Map<string, { values: Uint8Array[]; indices: number[] }>()
  for (const [index, value] of linesOf(batch).entries()) {
    const own = key ?? batch.meta[index]?.route
    if (own === undefined || own === '') {
      rejected.push({ index, reason: 'no rule gives it a key' })
    } else if (datatype === 'channel') {
      commands.push(commandOf('publish', own, [value], [index]))
    } else {
      const known = byKey.get(own)
      known?.values.push(value)
      known?.indices.push(index)
      if (known === undefined) byKey.set(own, { values: [value], indices: [index] })
    }
  }
  for (const [own, { values, indices }] of byKey) {
    commands.push(commandOf('rpush', own, values, indices))
  }
  return { commands, rejected }
}

function commandOf(
  name: Command['name'],
  key: string,
  values: readonly Uint8Array[],
  indices: readonly number[],
): Command {
  return { name, key, bytes: encoded(name, key, values), indices }
}
