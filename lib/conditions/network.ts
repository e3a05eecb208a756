import { BlockList, isIP, isIPv6 } from 'node:net'
import { reportUnlike } from '../config/schema/show.ts'
import type { Path, Report } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { ParseCondition } from './condition.ts'
import { fieldReader } from './field.ts'
import { allFields } from './fields.ts'

type Contains = (address: string) => boolean

/** `network`: each field is an address in this network, or in one of these. */
export const parseNetwork: ParseCondition = (written, path, report) =>
  allFields(written, path, report, ({ name, value, path: at }) => {
    const networks = Array.isArray(value)
      ? value.map((each: unknown, index) => parseOne(each, [...at, index], report))
      : [parseOne(value, at, report)]
    if (networks.length === 0) return void report(at, `${EXPECTED}; it is empty`)
    const sound = networks.filter(network => network !== undefined)
    if (sound.length < networks.length) return undefined
    const read = fieldReader(name)
    const isIn = (field: unknown) =>
      typeof field === 'string' && isIP(field) !== 0 && sound.some(contains => contains(field))
    return event => {
      const field = read(event)
      return Array.isArray(field) ? field.some(isIn) : isIn(field)
    }
  })

/** The networks with names, as Go tells them apart. */
const RANGES = {
  loopback: ['127.0.0.0/8', '::1/128'],
  unspecified: ['0.0.0.0/32', '::/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fd00::/8'],
  link_local_unicast: ['169.254.0.0/16', 'fe80::/10'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  link_local_multicast: ['224.0.0.0/24', ...scope(2)],
  interface_local_multicast: scope(1),
} as const satisfies Readonly<Record<string, readonly string[]>>

const BROADCAST = '255.255.255.255/32'
const LOCAL = [
  ...[BROADCAST, ...RANGES.loopback, ...RANGES.unspecified, ...RANGES.link_local_unicast],
]
const UNICAST = [...LOCAL, ...RANGES.multicast]
const PUBLIC = [
  ...[...LOCAL, ...RANGES.private],
  ...[...RANGES.link_local_multicast, ...RANGES.interface_local_multicast],
]

/** Those that are all addresses but these. */
const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  unicast: UNICAST,
  global_unicast: UNICAST,
  public: PUBLIC,
}
const WITHIN: Readonly<Record<string, readonly string[]>> = RANGES
const NAMES: readonly string[] = [...Object.keys(WITHIN), ...Object.keys(EXCEPT)]
const EXPECTED = `must be a network such as 192.0.2.0/24 or 2001:db8::/32, or one of ${NAMES.join(', ')}`

/** The multicast addresses of IPv6 of one scope, whatever their flags. */
function scope(scope: number): readonly string[] {
  return Array.from({ length: 16 }, (_, flags) => `ff${flags.toString(16)}${scope}::/16`)
}

function parseOne(written: unknown, path: Path, report: Report): Contains | undefined {
  if (typeof written === 'string') {
    const within = own(WITHIN, written) ?? (isCidr(written) ? [written] : undefined)
    if (within) return containedIn(within)
    const except = own(EXCEPT, written)
    if (except) {
      const contained = containedIn(except)
      return address => !contained(address)
    }
  }
  const near = typeof written === 'string' ? didYouMean(written, NAMES) : ''
  const hint =
    typeof written === 'string' && isIP(written) !== 0 ? ' (add the length, as in /32)' : near
  return void reportUnlike(EXPECTED, written, path, (at, message, unseen) =>
    report(at, `${message}${hint}`, unseen),
  )
}

function isCidr(written: string): boolean {
  const [, address = '', length = ''] = /^([^/%]+)\/(\d{1,3})$/.exec(written) ?? []
  const version = isIP(address)
  return version !== 0 && Number(length) <= (version === 4 ? 32 : 128)
}

/** An address of IPv4 that is written as one of IPv6 (`::ffff:10.0.0.1`) counts as that of IPv4. */
function containedIn(ranges: readonly string[]): Contains {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', length] = range.split('/')
    list.addSubnet(address, Number(length), familyOf(address))
  }
  return address => list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
