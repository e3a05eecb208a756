// A connection whose broker knows who we are, and of which we know what it speaks.

import type { Socket } from 'node:net'
import { ConnectionError, type FailedPeer, type SharedConnection } from 'sealbeat/outputs'
import type { Apis, Proved } from './apis.ts'
import type { Client } from './client.ts'
import { NONE, wordsOf } from './codes.ts'
import { KafkaConnection } from './connection.ts'
import type { KafkaSettings } from './settings.ts'

/** What every session is opened with. */
export interface SessionOptions {
  readonly client: Client
  readonly apis: Apis
  readonly settings: Pick<KafkaSettings, 'client_id' | 'username' | 'password' | 'sasl'>
}

type Versions = ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>

const PRODUCE = 0
const NO_VERSIONS = { minVersion: 1, maxVersion: 0 }

const NO_ANSWER_HINT =
  'it may expect TLS (ssl.enabled: true) or a user (username), or be another service'

export class Session implements SharedConnection {
  readonly peer: FailedPeer
  readonly connection: KafkaConnection
  readonly #versions: Versions

  private constructor(peer: FailedPeer, connection: KafkaConnection, versions: Versions) {
    this.peer = peer
    this.connection = connection
    this.#versions = versions
  }

  /** @throws Error in words; the socket is destroyed then */
  static async open(
    socket: Socket,
    peer: FailedPeer,
    options: SessionOptions,
    signal: AbortSignal,
  ): Promise<Session> {
    const session = await Session.greet(socket, peer, options, signal)
    try {
      // A connection that is of no use is not kept.
      session.pick(options.apis.metadata, 'Metadata')
      session.pick(options.apis.produce, 'Produce')
      await session.authenticate(options, signal)
      return session
    } catch (error) {
      session.connection.destroy(new Error('the broker and this output do not fit together'))
      throw error
    }
  }

  /** Finds out what the broker speaks: it says so to anybody. */
  static async greet(
    socket: Socket,
    peer: FailedPeer,
    { client, apis, settings }: SessionOptions,
    signal: AbortSignal,
  ): Promise<Session> {
    const connection = new KafkaConnection(socket, client, settings.client_id)
    try {
      const { apiKeys } = await connection.ask(apis.apiVersions, ['', ''], signal)
      return new Session(peer, connection, new Map(apiKeys.map(each => [each.apiKey, each])))
    } catch (error) {
      connection.destroy(new Error('the broker does not say what it speaks'))
      throw signal.aborted ? signal.reason : greetingError(peer, error)
    }
  }

  get isClosed(): boolean {
    return this.connection.isClosed
  }

  end(): Promise<void> {
    return this.connection.end()
  }

  destroy(reason: Error): void {
    this.connection.destroy(reason)
  }

  /** `Produce 3 to 13`: brokers do not tell their own version. */
  get speaks(): string {
    const { minVersion, maxVersion } = this.#versions.get(PRODUCE) ?? NO_VERSIONS
    return `Kafka, Produce ${minVersion} to ${maxVersion}`
  }

  /** The newest version of a request that both sides speak. @throws Error if there is none */
  pick<T extends { readonly key: number; readonly version: number }>(
    versions: readonly T[],
    what: string,
  ): T {
    const found = versions.find(({ key, version }) => {
      const { minVersion, maxVersion } = this.#versions.get(key) ?? NO_VERSIONS
      return version >= minVersion && version <= maxVersion
    })
    if (found === undefined) {
      throw new Error(`the broker speaks no version of ${what} that is known: 2.1 is the oldest`)
    }
    return found
  }

  /** Tells who we are, if that is set. @throws Error in words */
  async authenticate(
    { client, apis, settings }: SessionOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const { username, password, sasl } = settings
    if (username === '') return
    const { peer, connection } = this
    const api = this.pick(apis.authenticate, 'SASL')
    const { errorCode, mechanisms } = await connection.ask(apis.handshake, [sasl.mechanism], signal)
    if (errorCode !== NONE) {
      const offered = mechanisms.map(each => each.replace(/[^\w-]/g, '').slice(0, 40))
      throw new ConnectionError(peer, {
        found: wordsOf(errorCode),
        hint: `set sasl.mechanism to what it offers: ${offered.slice(0, 10).join(', ') || 'none'}`,
      })
    }
    const prove = async (proof: Buffer) => {
      const answer = await connection.ask(api, [proof], signal)
      if (answer.errorCode !== NONE) throw refusal(peer, answer.errorCode)
      return answer
    }
    const { sessionLifetimeMs = 0n } =
      sasl.mechanism === 'PLAIN'
        ? await prove(Buffer.from(`\0${username}\0${password}`))
        : await scram(client, settings, prove)
    if (sessionLifetimeMs > 0n) connection.expireIn(Number(sessionLifetimeMs))
  }
}

type Prove = (proof: Buffer) => Promise<Proved>

/** The client has the exchange of it, by callbacks. */
function scram(
  { saslScramSha }: Client,
  { username, password, sasl }: SessionOptions['settings'],
  prove: Prove,
): Promise<Proved> {
  const algorithm = sasl.mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512'
  return new Promise((resolve, reject) => {
    const api = (
      _: unknown,
      proof: Buffer,
      callback: (error: unknown, answer?: Proved) => void,
    ) => {
      // It throws in its callback what makes no sense to it.
      prove(proof)
        .then(
          answer => callback(null, answer),
          // Its own error would say less.
          (error: Error) => reject(error),
        )
        .catch(reject)
    }
    saslScramSha.authenticate(
      // Nothing else of a connection of its own is used.
      api as never,
      undefined as never,
      algorithm,
      username,
      password,
      saslScramSha.defaultCrypto,
      (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
    )
  })
}

function refusal(peer: FailedPeer, code: number): ConnectionError {
  return new ConnectionError(peer, { found: wordsOf(code), hint: 'check username and password' })
}

/** Whoever expects TLS closes the connection, or says so in TLS. */
function greetingError(peer: FailedPeer, error: unknown): Error {
  if (Object(error).code === 'ECONNRESET') {
    const found = 'the server has closed the connection without an answer'
    return new ConnectionError(peer, { found, hint: NO_ANSWER_HINT })
  }
  const found = error instanceof Error ? error.message : String(error)
  return new ConnectionError(peer, { found, hint: NO_ANSWER_HINT })
}
