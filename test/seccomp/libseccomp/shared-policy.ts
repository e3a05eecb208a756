import fc from 'fast-check'
import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { isNarrow } from '../../../lib/seccomp/compiler/arguments.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import type { Call } from '../../../lib/seccomp/compiler/simulate.ts'
import { type EffectivePolicy, merge } from '../../../lib/seccomp/policy/merge.ts'
import type { Condition, Operation, Rule, Verdict } from '../../../lib/seccomp/policy/policy.ts'
import { plainReading } from '../compiler/oracle.ts'
import type { SharedPolicy } from './reference.ts'

/** The same policy for both compilers: merged for ours, rule by rule for libseccomp. */
export interface PolicyForBoth {
  readonly effective: EffectivePolicy
  readonly shared: SharedPolicy
  /** The verdict by a plain reading of the rules. */
  readonly expected: (call: Call) => number
}

const VERDICTS: readonly Verdict[] = [
  { action: 'allow' },
  { action: 'errno', errno: 'EPERM' },
  { action: 'errno', errno: 'EACCES' },
  { action: 'log' },
  { action: 'trap' },
  { action: 'kill_process' },
]

/** The operations that SCMP_CMP_* can express; it can express BitsSet only for a single bit. */
const OPERATIONS: readonly Operation[] = [
  'Equal',
  'NotEqual',
  'GreaterThan',
  'GreaterOrEqual',
  'LessThan',
  'LessOrEqual',
  'MaskedEqual',
]

const HALF = 0xffffffffn
const EDGES = [0n, 1n, 0x7fffffffn, 0x80000000n, HALF, HALF + 1n, HALF << 32n, (HALF << 32n) | HALF]
const word = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: 0n, max: 0xfffn }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
)

/**
 * Policies that both can express: one verdict per name, one test per argument and rule; a rule matches
 * if all its tests hold, a name if any of its rules matches. Where the kernel looks at only 32 bits of an
 * argument, values have no more than that, as libseccomp compares all 64.
 */
export function policyForBoth(
  architecture: Architecture,
  names: readonly string[],
): fc.Arbitrary<PolicyForBoth> {
  const plain = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 250, size: 'max' })
  const conditional = fc.uniqueArray(conditionalRules(architecture, names), {
    maxLength: 8,
    selector: ({ name }) => name,
  })
  return fc
    .record({
      verdicts: fc
        .shuffledSubarray([...VERDICTS], { minLength: 2 })
        .filter(([first]) => first?.errno !== 'EACCES'),
      plain: fc.oneof(plain, neighbours(names)),
      conditional,
      pick: fc.infiniteStream(fc.nat(1000)),
    })
    .map(({ verdicts: [otherwise, ...others], plain: all, conditional: some, pick }) => {
      if (!otherwise) throw new RangeError('no verdict')
      const verdictOf = () => others[(pick.next().value ?? 0) % others.length] ?? otherwise
      const narrow = some.flatMap(({ name, conjunctions }) => {
        const verdict = verdictOf()
        return conjunctions.map((conditions): Rule => rule(name, conditions, verdict))
      })
      const conditionals = new Set(some.map(({ name }) => name))
      const rest = all.filter(name => !conditionals.has(name))
      const rules = [...rest.map(name => rule(name, [], verdictOf())), ...narrow]
      return forBoth(architecture, otherwise, rules)
    })
}

/** Whole ranges of the table, as in whitelists. */
function neighbours(names: readonly string[]): fc.Arbitrary<readonly string[]> {
  const gap = fc.tuple(fc.nat(names.length), fc.nat(6))
  return fc.array(gap, { maxLength: 60, size: 'max' }).map(gaps => {
    return names.filter((_, at) => !gaps.some(([from, size]) => at >= from && at < from + size))
  })
}

/**
 * The first verdict is the default; if it is an error, our default is EPERM. Every call gets the same
 * default verdict, as libseccomp has only one.
 */
export function forBoth(
  architecture: Architecture,
  otherwise: Verdict,
  rules: readonly Rule[],
): PolicyForBoth {
  const layer = { defaultAction: otherwise.action, defaultOrigin: 'default', rules }
  const merged = merge(architecture, [layer])
  const decisions = merged.decisions.map(decision => {
    return decision.origin === 'default' ? { ...decision, otherwise } : decision
  })
  const value = (verdict: Verdict) => returnValue(verdict, architecture.errno)
  // No rule can have `trace`; as a default it gives the same verdict for all names.
  const read = plainReading(architecture, [{ ...layer, defaultAction: 'trace' }])
  return {
    expected: call => {
      const verdict = read(call)
      return value(verdict.action === 'trace' ? otherwise : verdict)
    },
    effective: { ...merged, decisions, unknown: otherwise },
    shared: {
      otherwise: value(otherwise),
      rules: rules.map(({ name, conditions, verdict }) => {
        return { name, conditions, value: value(verdict) }
      }),
    },
  }
}

function rule(name: string, conditions: readonly Condition[], verdict: Verdict): Rule {
  return { name, conditions, verdict, origin: 'rule' }
}

function conditionalRules(architecture: Architecture, names: readonly string[]) {
  const often = ['clone', 'ioctl', 'prctl', 'mprotect', 'mmap', 'kill', 'fcntl', 'openat']
  const name = fc.constantFrom(...names, ...often.filter(each => names.includes(each)))
  return name.chain(each =>
    fc.record({
      name: fc.constant(each),
      conjunctions: fc.oneof(
        fc.tuple(conjunction(architecture, each, 3)),
        fc.array(conjunction(architecture, each, 1), { minLength: 2, maxLength: 3 }),
      ),
    }),
  )
}

function conjunction(architecture: Architecture, name: string, maxLength: number) {
  const test = fc
    .record({
      argument: fc.nat(5),
      operation: fc.constantFrom(...OPERATIONS),
      value: word,
      mask: word,
    })
    .map(({ argument, operation, value, mask }): Condition => {
      const bits = isNarrow(architecture, name, argument) ? 32 : 64
      const under = BigInt.asUintN(bits, operation === 'MaskedEqual' ? mask : -1n)
      const found = { argument, operation, value: value & under }
      return operation === 'MaskedEqual' ? { ...found, mask: under } : found
    })
  return fc.uniqueArray(test, { minLength: 1, maxLength, selector: ({ argument }) => argument })
}
