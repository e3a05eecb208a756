// What brokers are asked, and what of their answers is read.

import type { Client } from './client.ts'
import type { KafkaSettings } from './settings.ts'

type Reader = InstanceType<Client['Reader']>
type Writer = InstanceType<Client['Writer']>

/** One kind of request, in one version. */
export interface Api<A extends readonly unknown[], R> {
  readonly key: number
  readonly version: number
  /** Whether headers have tagged fields, as those of newer versions. */
  readonly isFlexible: boolean
  request(...args: A): Writer | Promise<Writer>
  answer(reader: Reader): R
}

interface Versions {
  readonly apiKeys: readonly {
    readonly apiKey: number
    readonly minVersion: number
    readonly maxVersion: number
  }[]
}

interface Offered {
  readonly errorCode: number
  readonly mechanisms: readonly string[]
}

export interface Proved {
  readonly errorCode: number
  readonly authBytes: Buffer
  readonly sessionLifetimeMs?: bigint
}

export interface PartitionState {
  readonly partitionIndex: number
  readonly leaderId: number
}

export interface Metadata {
  readonly brokers: readonly {
    readonly nodeId: number
    readonly host: string
    readonly port: number
  }[]
  readonly topics: readonly {
    readonly name?: string | null | undefined
    readonly errorCode: number
    readonly partitions: readonly PartitionState[]
  }[]
}

/** A message on its way. */
interface Sent {
  readonly topic: string
  readonly partition: number
  readonly key?: Buffer
  readonly value: Buffer
  readonly timestamp: bigint
}

/** What has become of the messages of one partition. */
export interface Answer {
  readonly errorCode: number
  /** Those that are at fault, if the broker says so. Left out by older brokers. */
  readonly recordErrors?: readonly { readonly batchIndex: number }[]
}

interface Produced {
  readonly responses: readonly {
    readonly name: string
    readonly partitionResponses: readonly (Answer & { readonly index: number })[]
  }[]
}

type Compression = { readonly compression: KafkaSettings['compression'] }

/** Where there are several versions, the best is the first. */
export interface Apis {
  readonly apiVersions: Api<[software: string, version: string], Versions>
  readonly handshake: Api<[mechanism: string], Offered>
  readonly authenticate: readonly Api<[proof: Buffer], Proved>[]
  readonly metadata: readonly Api<[topics: string[], creates: boolean], Metadata>[]
  readonly produce: readonly Api<
    [acks: number, timeoutMs: number, messages: Sent[], options: Compression],
    Produced
  >[]
}

interface Format<A extends readonly unknown[], R> {
  readonly createRequest: (...args: A) => Writer
  readonly createRequestAsync?: (...args: A) => Promise<Writer>
  readonly parseResponse: (id: number, key: number, version: number, reader: Reader) => R
}

/** From Kafka 2.1 on; Kafka 4 knows no older versions than these. */
export function apisOf(client: Client): Apis {
  return {
    apiVersions: apiOf(18, 0, 3, client.apiVersionsV0),
    handshake: apiOf(17, 1, 2, client.saslHandshakeV1),
    authenticate: [
      apiOf(36, 2, 2, client.saslAuthenticateV2),
      apiOf(36, 1, 2, client.saslAuthenticateV1),
      apiOf(36, 0, 2, client.saslAuthenticateV0),
    ],
    metadata: [
      apiOf(3, 12, 9, client.metadataV12),
      apiOf(3, 9, 9, client.metadataV9),
      apiOf(3, 7, 9, client.metadataV7),
      apiOf(3, 5, 9, client.metadataV5),
    ],
    produce: [
      apiOf(0, 9, 9, client.produceV9),
      apiOf(0, 8, 9, client.produceV8),
      apiOf(0, 7, 9, client.produceV7),
    ],
  }
}

/** `flexibleFrom`: the first version with tagged fields. */
function apiOf<A extends readonly unknown[], R>(
  key: number,
  version: number,
  flexibleFrom: number,
  { createRequest, createRequestAsync, parseResponse }: Format<A, R>,
): Api<A, R> {
  return {
    ...{ key, version, isFlexible: version >= flexibleFrom },
    request: createRequestAsync ?? createRequest,
    answer: reader => parseResponse(0, key, version, reader),
  }
}
