/** A call that one of libseccomp's tests asks about, and what its filter has to answer. */
export interface Point {
  readonly test: string
  /** Architectures by libseccomp's names: `all`, `all_64`, `+x86,+ppc64le`, `all,-x32`. */
  readonly architectures: string
  /** A name or a number. */
  readonly call: string
  readonly args: readonly bigint[]
  /** `SECCOMP_RET_*` with its data. */
  readonly value: number
}

const ACTIONS: Readonly<Record<string, number>> = {
  KILL: 0,
  KILL_PROCESS: 0x80000000,
  TRAP: 0x30000,
  ERRNO: 0x50000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
}

/** The points of a `.tests` file below `test type: bpf-sim`, with each range written out. */
export function pointsIn(text: string): readonly Point[] {
  return text
    .split(/^test type: */m)
    .filter(part => part.startsWith('bpf-sim\n'))
    .flatMap(part => part.split('\n').slice(1))
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .flatMap(pointsOf)
}

function pointsOf(line: string): readonly Point[] {
  const [test = '', architectures = '', call = '', ...rest] = line.split(/\s+/)
  const [result = ''] = rest.slice(6)
  const lists = rest.slice(0, 6).map(word => (word === 'N' ? [0n] : rangeOf(word)))
  const calls = /^\d+-\d+$/.test(call) ? rangeOf(call).map(String) : [call]
  const all = lists.reduce<readonly (readonly bigint[])[]>(
    (found, list) => found.flatMap(args => list.map(each => [...args, each])),
    [[]],
  )
  const value = returned(result)
  return calls.flatMap(each => all.map(args => ({ test, architectures, call: each, args, value })))
}

function rangeOf(word: string): readonly bigint[] {
  const [, first = '', last = first] = /^([^-]+)(?:-(.+))?$/.exec(word) ?? []
  if (first === '') return [BigInt.asUintN(64, BigInt(word))]
  const length = Number(BigInt(last) - BigInt(first)) + 1
  return Array.from({ length }, (_, at) => BigInt(first) + BigInt(at))
}

function returned(result: string): number {
  const [, name = '', data = '0'] = /^([A-Z_]+)(?:\((\d+)\))?$/.exec(result) ?? []
  const value = ACTIONS[name]
  if (value === undefined) throw new RangeError(`no action ${result}`)
  return value + Number(data)
}
