import { expect } from 'chai'
import { sampled } from '../testing/tree.ts'
import { socketSummary } from './socket_summary.ts'

describe('host: sockets', () => {
  const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n'
  const sockets = (...states: readonly string[]): string =>
    HEADER + states.map((st, at) => ` ${at}: 0100007F:1F90 00000000:0000 ${st} 0:0 00\n`).join('')

  it('are counted by their states, of both versions of IP', async () => {
    const files = {
      'proc/1/net/tcp': sockets('0A', '01', '01', '06', '07', '0C'),
      'proc/1/net/tcp6': sockets('0A', '08').replaceAll('0100007F', '0'.repeat(32)),
      'proc/1/net/udp': sockets('07'),
      'proc/1/net/sockstat':
        'sockets: used 9\nTCP: inuse 4 orphan 1 tw 32 alloc 4 mem 3\nUDP: inuse 0 mem 2\n',
    }
    const [events = []] = await sampled(socketSummary, [files])
    const { all, tcp, udp } = Object(events[0]?.['system']).socket.summary
    expect(all).to.deep.equal({ count: 9, listening: 2 })
    const { count, listening, established, time_wait, close_wait, orphan, closing } = tcp.all
    expect({ count, listening, established, time_wait, close_wait, orphan, closing }).to.deep.equal(
      {
        ...{ count: 8, listening: 2, established: 2, time_wait: 1 },
        ...{ close_wait: 1, orphan: 1, closing: 0 },
      },
    )
    expect(udp.all).to.deep.equal({ count: 1 })
    expect(tcp.memory / udp.memory).to.equal(1.5)
    expect(udp.memory % 8192).to.equal(0)
  })

  it('are those of IPv4 where IPv6 is off', async () => {
    const [events = []] = await sampled(socketSummary, [
      { 'proc/1/net/tcp': HEADER, 'proc/1/net/udp': HEADER, 'proc/1/net/sockstat': 'TCP: mem 0\n' },
    ])
    expect(events[0]).to.have.nested.property('system.socket.summary.all.count', 0)
  })
})
