// Sends batches to the brokers of Kafka: each event to the leader of its partition. Each partition answers for itself,
// and that is the fate of its events:
//
//   taken            confirmed
//   one is at fault  that one is given up, the others are sent again at once
//   any other error  tried again after a pause
//   none             tried again: nobody knows whether they are there

import type { Logger } from 'pino'
import {
  type Batch,
  defineOutput,
  type Output,
  type OutputContext,
  type WriteCall,
  type WriteResult,
} from 'sealbeat'
import { Recurring, reached } from 'sealbeat/outputs'
import { Cluster } from './cluster.ts'
import { fateOf, wordsOf } from './codes.ts'
import { deliver, type Share } from './delivery.ts'
import { Fates } from './fates.ts'
import { constantTopicOf, type Message, messagesOf, routeOf } from './messages.ts'
import { Partitioner } from './partitions.ts'
import { platformProblem, thisPlatform } from './platform.ts'
import type { SessionOptions } from './session.ts'
import { sessionOptions } from './session-options.ts'
import { bootstrapOf, type KafkaSettings, kafkaSchema, settingProblems } from './settings.ts'
import { testSteps } from './test-steps.ts'

const GUARANTEES: Readonly<Record<number, string>> = {
  [-1]: 'all replicas that are in sync have it: as many as min.insync.replicas of the topic at least; each writes it to its disk after a while',
  1: 'the leader of the partition has it, and the other replicas may not have it yet: it is lost if the leader fails before',
  0: 'the kernel of this host has it: nothing confirms that a broker gets it, and what a broker refuses is lost',
}

export default defineOutput<KafkaSettings>({
  name: 'kafka',
  schema: kafkaSchema,
  delivery: { bulk_max_size: 2048, timeout: 30_000 },
  check: settings => {
    const problem = platformProblem(thisPlatform())
    return [
      ...(problem === undefined ? [] : [{ path: [], message: problem }]),
      ...settingProblems(settings),
    ]
  },
  // The ports of the other brokers are known once the first has named them.
  privileges: ({ ssl }) => [
    { connects: 'any', why: 'sends events to the brokers that the cluster names' },
    ...reached([], ssl),
  ],
  guarantee: ({ required_acks }) => GUARANTEES[required_acks] ?? '',
  route: routeOf,
  test: testSteps,
  async open(context) {
    const { options, tls } = await sessionOptions(context)
    // What can't be read now is better said now.
    void tls?.credentials.context
    const cluster = new Cluster(bootstrapOf(context.settings), tls, options)
    return new KafkaOutput(context, cluster, options)
  },
})

class KafkaOutput implements Output {
  readonly #settings: KafkaSettings
  readonly #cluster: Cluster
  readonly #options: SessionOptions
  readonly #partitioner: Partitioner
  readonly #isOneTopic: boolean
  readonly #log: Logger
  readonly #words = new Recurring()

  constructor(
    { settings, log }: OutputContext<KafkaSettings>,
    cluster: Cluster,
    options: SessionOptions,
  ) {
    this.#settings = settings
    this.#cluster = cluster
    this.#options = options
    this.#partitioner = new Partitioner(settings.partition)
    this.#isOneTopic = constantTopicOf(settings) !== undefined
    this.#log = log
  }

  async write(batch: Batch, call: WriteCall): Promise<WriteResult> {
    const { byTopic, rejected } = messagesOf(batch, this.#settings)
    const fates = new Fates(batch.count, rejected)
    if (byTopic.size > 0) await this.#deliver(byTopic, fates, call)
    const result = fates.result(batch.count)
    if (fates.failure !== undefined) {
      const left = result.retry.length
      const said = { err: fates.failure, left }
      this.#words.say(this.#log, 'error', said, 'A connection ended within a batch')
    }
    return result
  }

  close(): Promise<void> {
    return this.#cluster.close()
  }

  async #deliver(
    byTopic: ReadonlyMap<string, readonly Message[]>,
    fates: Fates,
    { signal, progress }: WriteCall,
  ): Promise<void> {
    const refused = (topic: string, code: number) => this.#refused(topic, code, fates)
    const options = {
      ...{ session: this.#options, settings: this.#settings, signal },
      ...{ progress: () => progress(), refused },
    }
    const lose = (error: Error) => {
      // Another broker may lead by the time of the next try.
      this.#cluster.doubtAll()
      fates.lose(error)
    }
    try {
      const shares = await this.#shares(byTopic, refused, signal)
      const sent = [...shares].map(async ([leader, own]) => {
        const broker = this.#cluster.broker(leader)
        if (broker !== undefined) await deliver(broker, own, fates, options).catch(lose)
        else for (const { topic } of own) refused(topic, NO_LEADER)
      })
      await Promise.all(sent)
    } catch (error) {
      lose(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** What each leader gets. */
  async #shares(
    byTopic: ReadonlyMap<string, readonly Message[]>,
    refused: (topic: string, code: number) => void,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, readonly Share[]>> {
    const topics = await this.#cluster.topics([...byTopic.keys()], signal)
    const shares = new Map<number, Share[]>()
    for (const [topic, messages] of byTopic) {
      const known = topics.get(topic)
      if (known === undefined || 'refusal' in known) {
        refused(topic, known?.refusal ?? NO_LEADER)
        continue
      }
      const choose = this.#partitioner.forBatch(topic, known.leaders)
      for (const [partition, own] of groupsOf(messages, ({ key }) => choose(key))) {
        const leader = known.leaders[partition] ?? -1
        if (leader < 0) refused(topic, NO_LEADER)
        else
          shares.set(leader, [...(shares.get(leader) ?? []), { topic, partition, messages: own }])
      }
    }
    return shares
  }

  #refused(topic: string, code: number, fates: Fates): void {
    if (fateOf(code) === 'moved') this.#cluster.doubt(topic)
    if (this.#isOneTopic) fates.throttle()
    const words = wordsOf(code)
    const isNews = this.#words.isNews(`${topic} ${code}`)
    this.#log[isNews ? 'error' : 'debug']({ topic }, `${words}: events of the topic wait`)
  }
}

const NO_LEADER = 5

function groupsOf<K, V>(
  values: readonly V[],
  keyOf: (value: V) => K,
): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}
