// Brings the messages of one write to the leaders of their partitions.
//
//   A request has for each partition of its broker one run of messages, no larger than max_message_bytes. A partition
//   answers for its run: taken, not now, or that one of its messages is at fault. Then the broker says which, or the
//   run is halved until the message is alone.

import type { Answer } from './apis.ts'
import type { Broker } from './cluster.ts'
import { fateOf, NONE } from './codes.ts'
import type { Fates } from './fates.ts'
import { type Message, sizeOf } from './messages.ts'
import type { Session, SessionOptions } from './session.ts'
import type { KafkaSettings } from './settings.ts'

/** Messages of one partition. */
export interface Share {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly Message[]
}

/** Those that are written together. */
type Run = Share

/** What a run takes beside its messages. */
const RUN_BYTES = 128

interface DeliveryOptions {
  readonly session: SessionOptions
  readonly settings: Pick<
    KafkaSettings,
    'required_acks' | 'broker_timeout' | 'compression' | 'max_message_bytes'
  >
  readonly signal: AbortSignal
  /** After each answer. */
  progress(): void
  /** A partition has not taken what it was sent. */
  refused(topic: string, code: number): void
}

/** Sends to one broker what its partitions get. @throws Error if the connection is lost */
export async function deliver(
  broker: Broker,
  shares: readonly Share[],
  fates: Fates,
  options: DeliveryOptions,
): Promise<void> {
  const { signal, settings } = options
  let runs = shares.flatMap(share => runsOf(share, settings.max_message_bytes))
  while (runs.length > 0) {
    // A request has one run of a partition: those behind it come with the next one, in their order.
    const now = runs.filter(
      (run, at) => runs.findIndex(other => isSamePartition(run, other)) === at,
    )
    const behind = runs.filter(run => !now.includes(run))
    // Each asks for a connection by itself, as one is used for a limited time.
    const answers = await broker.with(session => produce(session, now, options), signal)
    const again = now.flatMap((run, at) => settle(run, answers[at], fates, options))
    options.progress()
    signal.throwIfAborted()
    runs = [...again, ...behind]
  }
}

function isSamePartition(a: Run, b: Run): boolean {
  return a.topic === b.topic && a.partition === b.partition
}

/** Cuts what a partition gets into what it takes at once. */
function runsOf({ topic, partition, messages }: Share, mostBytes: number): readonly Run[] {
  const runs: { topic: string; partition: number; messages: Message[] }[] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const message of messages) {
    const size = sizeOf(message)
    bytes += size
    if (bytes > mostBytes) {
      runs.push({ topic, partition, messages: [] })
      bytes = RUN_BYTES + size
    }
    runs.at(-1)?.messages.push(message)
  }
  return runs
}

/** @returns the answer for each run */
async function produce(
  session: Session,
  runs: readonly Run[],
  { session: { apis }, settings, signal }: DeliveryOptions,
): Promise<readonly (Answer | undefined)[]> {
  const { required_acks: acks, broker_timeout, compression } = settings
  const api = session.pick(apis.produce, 'Produce')
  const sent = runs.flatMap(({ partition, messages }) =>
    messages.map(message => ({ ...message, partition })),
  )
  const args: Parameters<typeof api.request> = [acks, broker_timeout, sent, { compression }]
  if (acks === 0) {
    await session.connection.tell(api, args, signal)
    return runs.map(() => ({ errorCode: NONE }))
  }
  const { responses } = await session.connection.ask(api, args, signal)
  return runs.map(({ topic, partition }) =>
    responses
      .find(({ name }) => name === topic)
      ?.partitionResponses.find(({ index }) => index === partition),
  )
}

/** @returns what of the run is to be sent again at once */
function settle(
  run: Run,
  answer: Answer | undefined,
  fates: Fates,
  { refused }: DeliveryOptions,
): readonly Run[] {
  // It was not answered for.
  if (answer === undefined) return []
  const { errorCode: code, recordErrors = [] } = answer
  const { messages } = run
  if (code === NONE) {
    fates.confirm(messages)
    return []
  }
  if (fateOf(code) !== 'divided') {
    refused(run.topic, code)
    return []
  }
  const wrong = new Set(recordErrors.map(({ batchIndex }) => messages[batchIndex]))
  const [first] = messages
  if (first !== undefined && messages.length === 1) wrong.add(first)
  const right = messages.filter(message => !wrong.has(message))
  for (const message of wrong) if (message !== undefined) fates.reject(message, code)
  if (right.length === 0) return []
  if (right.length < messages.length) return [{ ...run, messages: right }]
  const half = messages.length >> 1
  return [
    { ...run, messages: messages.slice(0, half) },
    { ...run, messages: messages.slice(half) },
  ]
}
