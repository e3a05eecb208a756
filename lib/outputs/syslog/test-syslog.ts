// `test output` of a server of syslog.

import { lookup } from 'node:dns/promises'
import type { OutputTestStep } from '../../output.ts'
import type { FailedPeer } from '../connection/failures.ts'
import type { TlsOptions } from '../connection/open-socket.ts'
import { connectionSteps, step } from '../connection/steps.ts'
import { RelpConnection } from './relp-connection.ts'
import type { SyslogSettings } from './settings.ts'

export async function* testSyslog(
  protocol: SyslogSettings['protocol'],
  peer: FailedPeer,
  tls: TlsOptions | undefined,
  signal: AbortSignal,
): AsyncGenerator<OutputTestStep> {
  if (protocol === 'udp') {
    const resolve = () => lookup(peer.host)
    yield* step(peer, 'resolve', signal, resolve, ({ address }) => `${address}; UDP has no answers`)
    return
  }
  const socket = yield* connectionSteps(peer, tls, signal)
  if (socket === undefined) return
  if (protocol === 'relp') {
    const open = (deadline: AbortSignal) => RelpConnection.open(socket, deadline)
    const session = yield* step(peer, 'session', signal, open, ({ software }) =>
      software === '' ? 'RELP' : `RELP, ${software.split(',').slice(0, 2).join(' ')}`,
    )
    await session?.connection.end()
  } else socket.destroySoon()
}
