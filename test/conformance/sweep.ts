import type {
  Architecture,
  ArchitectureName,
} from '../../lib/seccomp/architectures/architecture.ts'
import type { Rule } from '../../lib/seccomp/policy/policy.ts'

type Words = readonly bigint[]

/**
 * Calls whose arguments make no difference, so that -1 does not spare us their effect where they are
 * allowed: they end the process, wait for ever, or return into a frame that is not there.
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

/** Exempt from every filter (Linux 6.11 and 6.18), and SIGILL outside of a probe of the kernel's. */
const UNFILTERED = new Set(['uretprobe', 'uprobe'])

export function isExempt(name: string): boolean {
  return UNFILTERED.has(name)
}

/** Whether a call that goes through to the kernel with -1 in each argument comes back harmlessly. */
export function comesBack(name: string): boolean {
  return !WITHOUT_RETURN.has(name)
}

/** All bits set: no descriptor, no address, no flag, no process. */
export function minusOnes({ bits }: Architecture): Words {
  return Array.from({ length: 6 }, () => BigInt.asUintN(bits, -1n))
}

/** Arguments for calls that are denied, whichever they are: boundaries of the rules among them. */
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
/** s390x takes the lower 16 bits of the number alone (do_syscall of arch/s390/kernel/syscall.c). */
const WIDEST: { readonly [A in ArchitectureName]?: number } = { s390x: 0xffff }

/** Numbers that the table does not have: its gaps, the next ones, far ones, and x32's. */
export function unknownNumbers({ name, table, foreignFrom }: Architecture): readonly number[] {
  const known = new Set(Object.values(table.numbers))
  const highest = Math.max(...[...known].filter(number => number < 0x10000))
  const low = Array.from({ length: highest + 8 }, (_, number) => number)
  const foreign = foreignFrom === undefined ? [] : low.map(number => foreignFrom + number)
  const widest = WIDEST[name] ?? 0xffffffff
  const all = [...low, ...BEYOND, ...foreign]
  return all.filter(number => !known.has(number) && number <= widest)
}
