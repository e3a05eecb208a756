import type { Event } from 'sealbeat'
import { pageBytes } from '../proc/page-size.ts'
import { parseSockets, parseSockstat, TCP_STATES } from '../proc/sockets.ts'
import type { Metricset } from './metricset.ts'

/** Counts the sockets of TCP and UDP, of both versions of IP. */
export const socketSummary: Metricset = ({ files }) => {
  const page = pageBytes()
  return (): readonly Event[] => {
    const read = <T>(name: string, parse: (text: string) => T): T =>
      files.read(`${files.process}/net/${name}`, parse)
    // There are no files of IPv6 where it is off.
    const names = new Set(files.list(`${files.process}/net`))
    const countsOf = (protocol: string) =>
      [protocol, `${protocol}6`]
        .filter(name => names.has(name))
        .map(name => read(name, parseSockets))
    const [tcp, udp] = [countsOf('tcp'), countsOf('udp')]
    const count = (of: typeof tcp): number =>
      of.reduce((sum, counts) => sum + [...counts.values()].reduce((all, one) => all + one, 0), 0)
    const inState = (state: (typeof TCP_STATES)[number]): number =>
      tcp.reduce((sum, counts) => sum + (counts.get(state) ?? 0), 0)
    const stat = (protocol: string) => read('sockstat', text => parseSockstat(text, protocol))
    const [tcpStat, udpStat] = [stat('TCP'), stat('UDP')]
    const memory = (pages: number | undefined): number | undefined =>
      pages === undefined || page === undefined ? undefined : pages * page
    const states = REPORTED.map((state): [string, number] => [state, inState(state)])
    return [
      {
        system: {
          socket: {
            summary: {
              all: { count: count(tcp) + count(udp), listening: inState('listening') },
              tcp: {
                memory: memory(tcpStat.get('mem')),
                all: {
                  count: count(tcp),
                  orphan: tcpStat.get('orphan'),
                  ...Object.fromEntries(states),
                },
              },
              udp: { memory: memory(udpStat.get('mem')), all: { count: count(udp) } },
            },
          },
        },
      },
    ]
  }
}

/** Those that Metricbeat reports. */
const REPORTED = TCP_STATES.filter(state => state !== 'close' && state !== 'new_syn_recv')
