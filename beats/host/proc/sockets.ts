export const TCP_STATES = [
  'established',
  'syn_sent',
  'syn_recv',
  'fin_wait1',
  'fin_wait2',
  'time_wait',
  'close',
  'close_wait',
  'last_ack',
  'listening',
  'closing',
  'new_syn_recv',
] as const
type TcpState = (typeof TCP_STATES)[number]

/** Parses /proc/PID/net/tcp, tcp6 or udp (proc_pid_net(5)): counts the sockets of each state, which begin at 1. */
export function parseSockets(text: string): ReadonlyMap<TcpState, number> {
  const counts = new Map<TcpState, number>()
  for (const [, hex = ''] of text.matchAll(/^ *\d+: [\dA-F:]+ [\dA-F:]+ ([\dA-F]{2}) /gm)) {
    const state = TCP_STATES[Number.parseInt(hex, 16) - 1]
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return counts
}

/** What /proc/PID/net/sockstat says of a protocol: `TCP: inuse 4 orphan 1 tw 32 alloc 4 mem 3`; `mem` is in pages. */
export function parseSockstat(text: string, protocol: string): ReadonlyMap<string, number> {
  const line = text.split('\n').find(each => each.startsWith(`${protocol}:`)) ?? ''
  return new Map(
    Array.from(line.matchAll(/ (\w+) (\d+)/g), ([, name = '', value]) => [name, Number(value)]),
  )
}
