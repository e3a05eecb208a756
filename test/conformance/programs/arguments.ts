// Compares kernel, simulator and a plain reading of the rules for every operation, at boundary values of
// both halves, for words and ints. Every call is denied, by one error or another.
import { writeSync } from 'node:fs'
import { ERRNO } from '../../../lib/seccomp/architectures/errno.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { type Condition, OPERATIONS, type Rule } from '../../../lib/seccomp/policy/policy.ts'
import { probe } from '../../probe.ts'
import { plainReading } from '../../seccomp/compiler/oracle.ts'
import { blacklist, compiled, install } from '../compiled.ts'

/** One call per operation; Node never makes them. Their arguments are words, or ints and words. */
const CALLS = {
  words:
    'remap_file_pages mincore mlock munlock process_vm_readv init_module io_submit io_destroy msync',
  ints: 'fchownat linkat perf_event_open fanotify_mark sync_file_range splice symlinkat unlinkat mknodat',
}
const VALUES = [
  0n,
  1n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x100000001n,
  0x123456789abcdef0n,
  0x7fffffff00000000n,
  0x8000000000000000n,
  0xffffffff00000000n,
  0xffffffffffffffffn,
]
const NEAR = [0n, 1n << 31n, 1n << 32n, 1n << 63n, 0xffffffffn, 0xffffffff00000000n]
/** The sixth argument distinguishes the cases. */
const SELECTOR = 5

interface Case {
  readonly name: string
  readonly condition: Condition
  readonly at: number
}

const kind = process.argv[2] === 'ints' ? 'ints' : 'words'
const cases = [...CALLS[kind].split(' ').entries()].flatMap(casesOf)
const layer = blacklist(cases.flatMap(rulesOf))
const ready = await compiled(layer)
const { audit, bits, endian, errno, table } = ready.architecture
const read = plainReading(ready.architecture, [layer])
install(ready)

let tried = 0
const wrong = cases.flatMap(each => callsOf(each).flatMap(args => disagreement(each, args)))
writeSync(1, JSON.stringify({ tried, wrong }))
process.exit(0)

function casesOf([index, name]: [number, string]): readonly Case[] {
  const operation = OPERATIONS[index] ?? 'Equal'
  return VALUES.map((value, at) => {
    const argument = (at + index) % SELECTOR
    if (operation !== 'MaskedEqual') return { name, at, condition: { argument, operation, value } }
    const mask = at % 2 ? 0xf0f0f0f0f0f0f0f0n : 0xffffffff0000ffffn
    return { name, at, condition: { argument, operation, value: value & mask, mask } }
  })
}

function rulesOf({ name, condition, at }: Case): readonly Omit<Rule, 'origin'>[] {
  const selected = { argument: SELECTOR, operation: 'Equal', value: BigInt(at) } as const
  const hit = { name, conditions: [selected, condition], verdict: verdict('EUCLEAN') }
  return at === 0 ? [hit, { name, conditions: [], verdict: verdict('ENOTUNIQ') }] : [hit]
}

function verdict(errno: 'EUCLEAN' | 'ENOTUNIQ') {
  return { action: 'errno', errno } as const
}

/** The value of the case and its neighbours, changed in one half or the other. */
function callsOf({ condition: { argument, value }, at }: Case): readonly (readonly bigint[])[] {
  const around = [value - 1n, value, value + 1n]
  const tested = new Set(around.flatMap(each => NEAR.map(bits => BigInt.asUintN(64, each ^ bits))))
  return Array.from(tested, each => {
    const args = [7n, 7n, 7n, 7n, 7n, BigInt(at)]
    args[argument] = BigInt.asUintN(bits, each)
    return args
  })
}

function disagreement({ name, condition }: Case, args: readonly bigint[]): readonly string[] {
  const number = table.numbers[name]
  if (number === undefined) return []
  tried++
  const call = { audit, number, args }
  const kernel = probe.syscall(number, ...args).errno
  const simulated = simulate(ready.program, call, endian).value & 0xffff
  const plain = errno[read(call).errno ?? 'EPERM']
  if (kernel === simulated && kernel === plain) return []
  const { argument, operation, value, mask } = condition
  const rule = `${name} ${operation} ${value.toString(16)} ${mask?.toString(16) ?? ''}`
  return [
    `${rule} of ${args[argument]?.toString(16)}: kernel ${kernel}, simulated ${simulated}, read ${plain} (${ERRNO.EUCLEAN} is a match)`,
  ]
}
