// Sends events as messages of syslog, RFC 5424. Over RELP the server confirms each; over TCP, TLS and UDP a message
// counts as sent once the kernel has it.

import type { Logger } from 'pino'
import {
  type Batch,
  defineOutput,
  type Output,
  type OutputContext,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import type { SettingProblem } from '../../plugin.ts'
import { type Address, parseAddress } from '../connection/addresses.ts'
import type { FailedPeer } from '../connection/failures.ts'
import { HostPool, verdictOn } from '../connection/host-pool.ts'
import type { TlsOptions } from '../connection/open-socket.ts'
import { reached } from '../connection/reached.ts'
import { sslChoiceProblems } from '../tls/choice.ts'
import { Credentials } from '../tls/credentials.ts'
import { DatagramPeer } from './datagrams.ts'
import { headerOf, headerProblems } from './header.ts'
import { Messages, type MessagesOptions } from './messages.ts'
import type { SyslogPeer } from './peer.ts'
import { RelpPeer } from './relp.ts'
import { type SyslogSettings, syslogSchema } from './settings.ts'
import { StreamPeer } from './stream.ts'
import { testSyslog } from './test-syslog.ts'

/** 514 is that of rsyslog and others where RFC 6587 has none. RELP has none, either. */
const PORTS = { relp: 2514, tcp: 514, udp: 514 } as const
/** RFC 5425. */
const TLS_PORT = 6514

/** What IPv4 leaves to a datagram of UDP. */
const MAX_DATAGRAM_BYTES = 65_507

const GUARANTEES = {
  relp: 'the server has taken it over RELP; rsyslog has it in its queue then, which is in memory unless it is configured otherwise',
  tcp: 'the kernel of this host has it: nothing confirms that the server gets it, and what it has not read when the connection ends is lost',
  udp: 'it was sent: nothing confirms that it arrives, and what the network or the server drops is lost',
} as const

export default defineOutput<SyslogSettings>({
  name: 'syslog',
  schema: syslogSchema,
  delivery: { timeout: 30_000 },
  check: settings => [
    ...sslChoiceProblems(settings.ssl),
    ...addressProblems(settings),
    ...headerProblems(settings),
    ...datagramProblems(settings),
  ],
  privileges: settings => {
    if (settings.protocol === 'udp') return [{ network: 'ip', why: 'sends events over UDP' }]
    return reached(peersOf(settings), settings.ssl)
  },
  peers: ({ hosts, loadbalance }) => (loadbalance ? hosts.length : 1),
  guarantee: ({ protocol }) => GUARANTEES[protocol],
  route: headerOf,
  async *test(context, signal) {
    const { protocol } = context.settings
    const tls = tlsOf(context)
    for (const peer of peersOf(context.settings)) yield* testSyslog(protocol, peer, tls, signal)
  },
  async open(context) {
    const { settings, log } = context
    const tls = tlsOf(context)
    // What can't be read now is better said now.
    void tls?.credentials.context
    const peers = peersOf(settings).map(peer => peerOf(settings, { peer, tls, log }))
    return new SyslogOutput(settings, peers)
  },
})

function peersOf({ hosts, protocol, ssl }: SyslogSettings): readonly (Address & FailedPeer)[] {
  const isTls = ssl.enabled === true
  const port = protocol === 'tcp' && isTls ? TLS_PORT : PORTS[protocol]
  return hosts
    .flatMap(each => parseAddress(each, { port, schemes: [protocol] }) ?? [])
    .map(address => ({
      ...address,
      title: isTls ? address.title.replace(/^\w+/, '$&+tls') : address.title,
    }))
}

function tlsOf({ settings: { ssl }, log }: OutputContext<SyslogSettings>): TlsOptions | undefined {
  return ssl.enabled === true ? { ssl, credentials: new Credentials(ssl, log) } : undefined
}

interface PeerOptions {
  readonly peer: FailedPeer
  readonly tls: TlsOptions | undefined
  readonly log: Logger
}

function peerOf({ protocol }: SyslogSettings, options: PeerOptions): SyslogPeer {
  if (protocol === 'udp') return new DatagramPeer(options.peer)
  return protocol === 'relp' ? new RelpPeer(options) : new StreamPeer(options)
}

function addressProblems(settings: SyslogSettings): readonly SettingProblem[] {
  const { hosts, protocol } = settings
  const peers = peersOf(settings)
  return [
    ...(hosts.length === 0 ? [{ path: ['hosts'], message: 'must name a server' }] : []),
    ...(peers.length < hosts.length
      ? [{ path: ['hosts'], message: `must not contradict protocol, which is ${protocol}` }]
      : []),
    ...(peers.some(({ userInfo }) => userInfo !== undefined)
      ? [{ path: ['hosts'], message: 'must have no name and password: the protocol has none' }]
      : []),
  ]
}

function datagramProblems({
  protocol,
  ssl,
  max_message_bytes: most,
}: SyslogSettings): readonly SettingProblem[] {
  if (protocol !== 'udp') return []
  const tooMany = `must be at most ${MAX_DATAGRAM_BYTES} with udp`
  return [
    ...(ssl.enabled === true
      ? [{ path: ['ssl', 'enabled'], message: 'must not be true with udp' }]
      : []),
    ...(most > MAX_DATAGRAM_BYTES ? [{ path: ['max_message_bytes'], message: tooMany }] : []),
  ]
}

class SyslogOutput implements Output {
  readonly #options: MessagesOptions
  readonly #peers: readonly SyslogPeer[]
  readonly #pool: HostPool<SyslogPeer>

  constructor(settings: SyslogSettings, peers: readonly SyslogPeer[]) {
    const { format, max_message_bytes: maxBytes } = settings
    const otherwise = headerOf(settings)(() => undefined) ?? ''
    this.#options = { format, maxBytes, otherwise }
    this.#peers = peers
    this.#pool = new HostPool(peers, settings.loadbalance)
  }

  async write(batch: Batch, call: WriteCall): Promise<WriteResult> {
    const messages = new Messages(batch, this.#options)
    const { rejected } = messages
    if (messages.count === 0) return { retry: [], reject: rejected }
    const write = (peer: SyslogPeer) => peer.write(messages, call)
    const result = await this.#pool.with(write, call.signal, verdictOn)
    return { ...result, reject: [...rejected, ...result.reject] }
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map(peer => peer.close()))
  }
}
