// The events of a batch as messages of Kafka, by topic.

import type { Batch, Rejection, Route } from 'sealbeat'
import { compileFormat, linesOf } from 'sealbeat/outputs'
import { type KafkaSettings, topicsOf } from './settings.ts'

/** As the client of Kafka takes it, and of which event of the batch it is. */
export interface Message {
  readonly index: number
  readonly topic: string
  readonly key?: Buffer
  readonly value: Buffer
  readonly timestamp: bigint
}

interface Messages {
  readonly byTopic: ReadonlyMap<string, readonly Message[]>
  /** Events that no broker would take. */
  readonly rejected: readonly Rejection[]
}

/** What a message takes beside its key and value, at most: lengths, the time, its place. */
const RECORD_BYTES = 32

/** What Kafka takes as a name. */
const TOPIC = /^(?!\.{1,2}$)[\w.-]{1,249}$/

/** The begin of an event that the agent has encoded. */
const TIME = Buffer.from('{"@timestamp":"')
const TIME_LENGTH = '2026-01-31T13:45:00.123Z'.length

/** By the fields of an event: its topic and, after a line end, its key. Neither has one in it. */
export function routeOf(settings: KafkaSettings): Route {
  const { key } = settings
  if (constantTopicOf(settings) !== undefined && key === '') return () => undefined
  const { select } = topicsOf(settings)
  const keyOf = key === '' ? () => undefined : compileFormat(key)
  return get => {
    // A field may have anything in it: such a name is none.
    const topic = select(get)?.replaceAll('\n', ' ')
    const text = keyOf(get)
    return text === undefined ? topic : `${topic ?? ''}\n${text}`
  }
}

/** The topic of all events; undefined if it depends on the event. */
export function constantTopicOf({ topic, topics }: KafkaSettings): string | undefined {
  return topics.length === 0 && !topic.includes('%{') ? topic : undefined
}

export function sizeOf({ key, value }: Message): number {
  return RECORD_BYTES + value.length + (key?.length ?? 0)
}

export function messagesOf(batch: Batch, settings: KafkaSettings, now = Date.now()): Messages {
  const constant = constantTopicOf(settings)
  const rejected: Rejection[] = []
  const byTopic = new Map<string, Message[]>()
  for (const [index, value] of linesOf(batch).entries()) {
    const [topic = '', key] = placeOf(batch.meta[index]?.route, constant)
    const message = {
      ...{ index, topic, value, timestamp: timeOf(value, now) },
      ...(key !== undefined && { key: Buffer.from(key) }),
    }
    const reason = reasonAgainst(message, settings)
    if (reason !== undefined) {
      rejected.push({ index, reason })
      continue
    }
    const known = byTopic.get(topic)
    known?.push(message)
    if (known === undefined) byTopic.set(topic, [message])
  }
  return { byTopic, rejected }
}

/** Lines that a beat encodes itself may have no route: then they have no key. */
function placeOf(
  route = '',
  constant: string | undefined,
): readonly [topic: string | undefined, key: string | undefined] {
  const end = route.indexOf('\n')
  const topic = end < 0 ? route : route.slice(0, end)
  return [topic === '' ? constant : topic, end < 0 ? undefined : route.slice(end + 1)]
}

function reasonAgainst(message: Message, { max_message_bytes }: KafkaSettings): string | undefined {
  if (message.topic === '') return 'no rule gives it a topic'
  if (!TOPIC.test(message.topic)) return 'its topic is no name that Kafka takes'
  if (sizeOf(message) > max_message_bytes) return 'it is larger than max_message_bytes'
  return undefined
}

/** That of the event: consumers see it as the time of the message. */
function timeOf(line: Buffer, now: number): bigint {
  if (!line.subarray(0, TIME.length).equals(TIME)) return BigInt(now)
  const at = Date.parse(line.toString('latin1', TIME.length, TIME.length + TIME_LENGTH))
  return BigInt(Number.isNaN(at) || at < 0 ? now : at)
}
