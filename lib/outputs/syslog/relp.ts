// Messages over RELP: each is confirmed by its own response. One that is refused is tried again, as the code 500 says
// nothing of why: the known servers give it when they take no messages at all.

import type { Logger } from 'pino'
import { Recurring } from '../../backoff.ts'
import { WRITTEN, type WriteCall, type WriteResult } from '../../output.ts'
import { connectionError, type FailedPeer } from '../connection/failures.ts'
import { openSocket, type TlsOptions } from '../connection/open-socket.ts'
import { SharedConnections } from '../connection/shared-connections.ts'
import { shown } from '../connection/shown.ts'
import type { Messages } from './messages.ts'
import type { SyslogPeer } from './peer.ts'
import { RelpConnection } from './relp-connection.ts'

interface RelpOptions {
  readonly peer: FailedPeer
  readonly tls: TlsOptions | undefined
  readonly log: Logger
}

type Sent = Awaited<ReturnType<RelpConnection['send']>>

export class RelpPeer implements SyslogPeer {
  readonly #peer: FailedPeer
  readonly #log: Logger
  readonly #sessions: SharedConnections<RelpConnection>
  readonly #words = new Recurring()

  constructor({ peer, tls, log }: RelpOptions) {
    this.#peer = peer
    this.#log = log
    this.#sessions = new SharedConnections({
      open: async signal => {
        const socket = await openSocket(peer, tls, signal)
        const { connection } = await RelpConnection.open(socket, signal)
        return connection
      },
      uses: 1,
      ttlMs: 0,
    })
  }

  async write(messages: Messages, call: WriteCall): Promise<WriteResult> {
    try {
      const sent = await this.#sessions.with(session => session.send(messages, call), call.signal)
      return this.#resultOf(messages, sent)
    } catch (thrown) {
      throw connectionError(thrown, this.#peer)
    }
  }

  close(): Promise<void> {
    return this.#sessions.close()
  }

  #resultOf(messages: Messages, { fates, refusal, failure }: Sent): WriteResult {
    const retry = fates.flatMap((fate, at) => (fate === 'taken' ? [] : [messages.indexOf(at)]))
    if (failure !== undefined) {
      if (fates.every(fate => fate === undefined)) throw failure
      const err = connectionError(failure, this.#peer)
      const acked = fates.length - retry.length
      const said = { err, acked, left: retry.length }
      this.#words.say(this.#log, 'error', said, 'The session ended within a batch')
      return { retry, reject: [], cause: 'lost' }
    }
    if (retry.length === 0) return WRITTEN
    const { title } = this.#peer
    const said = { answer: shown(refusal), events: retry.length }
    this.#words.say(this.#log, 'error', said, `${title} refuses events`)
    // Where it takes none, others would fare no better.
    const isAll = retry.length === fates.length && retry.length > 1
    return { retry, reject: [], ...(isAll && { cause: 'throttled' }) }
  }
}
