import type {
  Architecture,
  ArchitectureName,
} from '../../lib/seccomp/architectures/architecture.ts'
import type { Rule } from '../../lib/seccomp/policy/policy.ts'

type Words = readonly bigint[]

/**
 * Calls that have an effect even with -1 in each argument, where they are allowed: they end the process,
 * wait forever, or return into a frame that does not exist.
 */
const WITHOUT_RETURN = new Set([
  'exit',
  'exit_group',
  'pause',
  'sigsuspend',
  'rt_sigreturn',
  'sigreturn',
  'fork',
  'vfork',
  'swapcontext',
  'switch_endian',
  'set_tls',
  'breakpoint',
])

/** Calls that no filter sees (Linux 6.11 and 6.18), and that raise SIGILL outside a probe of the kernel. */
const UNFILTERED = new Set(['uretprobe', 'uprobe'])

export function isExempt(name: string): boolean {
  return UNFILTERED.has(name)
}

/** Whether a call that reaches the kernel with -1 in each argument returns without harm. */
export function comesBack(name: string): boolean {
  return !WITHOUT_RETURN.has(name)
}

/** All bits set: not a valid descriptor, address, flag or process. */
export function minusOnes({ bits }: Architecture): Words {
  return Array.from({ length: 6 }, () => BigInt.asUintN(bits, -1n))
}

/** Arguments for calls that are denied, including boundary values of the rules. */
export function deniedWords({ bits }: Architecture, rules: readonly Rule[]): readonly Words[] {
  const conditions = rules.flatMap(rule => rule.conditions)
  const narrowed = conditions.flatMap(({ argument, value }) =>
    [value - 1n, value, value + 1n, value ^ (1n << 32n), value ^ (1n << 63n)].map(word => {
      const words = Array.from({ length: 6 }, () => 0n)
      words[argument] = BigInt.asUintN(bits, word)
      return words
    }),
  )
  return [[0n, 0n, 0n, 0n, 0n, 0n], [1n, 2n, 3n, 4n, 5n, 6n], ...narrowed]
}

const BEYOND = [1023, 4095, 0x7fff, 0xfffe, 0x10000, 0x0fffffff, 0x3fffffff, 0x40000000, 0x7fffffff]
/** s390x takes only the lower 16 bits of the number (do_syscall in arch/s390/kernel/syscall.c). */
const WIDEST: { readonly [A in ArchitectureName]?: number } = { s390x: 0xffff }

/** Numbers that are not in the table: its gaps, the next ones, distant ones, and those of x32. */
export function unknownNumbers({ name, table, foreignFrom }: Architecture): readonly number[] {
  const known = new Set(Object.values(table.numbers))
  const highest = Math.max(...[...known].filter(number => number < 0x10000))
  const low = Array.from({ length: highest + 8 }, (_, number) => number)
  const foreign = foreignFrom === undefined ? [] : low.map(number => foreignFrom + number)
  const widest = WIDEST[name] ?? 0xffffffff
  const all = [...low, ...BEYOND, ...foreign]
  return all.filter(number => !known.has(number) && number <= widest)
}
