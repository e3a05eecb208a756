import fc from 'fast-check'
import type { Architecture } from '../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { returnValue } from '../../lib/seccomp/compiler/ranges.ts'
import { type Call, simulate } from '../../lib/seccomp/compiler/simulate.ts'
import { merge } from '../../lib/seccomp/policy/merge.ts'
import { ACTIONS, type Policy } from '../../lib/seccomp/policy/policy.ts'
import { plainReading } from '../seccomp/compiler/oracle.ts'
import { condition, randomArguments, verdict } from '../seccomp/policy/random-policy.ts'
import type { Target } from './fuzz.ts'
import { smallArchitectures } from './small.ts'

interface Input {
  readonly architecture: Architecture
  readonly layers: readonly [Policy, ...Policy[]]
  readonly weights: Readonly<Record<string, number>>
  readonly calls: readonly { readonly number: number; readonly args: readonly bigint[] }[]
}

const CALLS = 24

/** The compiled program gives the same verdicts as a plain reading of the rules. */
export async function compilerTarget(): Promise<Target<Input>> {
  const inputs = (await smallArchitectures()).map(inputFor)
  return { name: 'compiler', inputs: fc.oneof(...inputs), holds: agrees }
}

function inputFor(architecture: Architecture): fc.Arbitrary<Input> {
  const names = Object.keys(architecture.table.numbers)
  const name = fc.constantFrom(...names)
  const policy = fc
    .record({
      defaultAction: fc.constantFrom(...ACTIONS),
      plain: fc.array(fc.record({ name, verdict }), { maxLength: 8 }),
      narrow: fc.array(
        fc.record({
          name,
          verdict,
          conditions: fc.array(condition, { minLength: 1, maxLength: 3 }),
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ defaultAction, plain, narrow }): Policy => {
      const once = [...new Map(plain.map(rule => [rule.name, rule])).values()]
      const rules = [...once.map(rule => ({ ...rule, conditions: [] })), ...narrow]
      const origin = 'fuzz'
      return {
        defaultAction,
        defaultOrigin: origin,
        rules: rules.map(each => ({ ...each, origin })),
      }
    })
  const weights = fc.dictionary(name, fc.nat(1000), { maxKeys: 5, noNullPrototype: true })
  return fc.tuple(policy, fc.option(policy), weights).chain(([low, high, weighed]) => {
    const layers: Input['layers'] = high ? [low, high] : [low]
    const call = fc.record({ number: numberIn(architecture), args: randomArguments(layers) })
    return fc.array(call, { minLength: CALLS, maxLength: CALLS }).map(calls => {
      return { architecture, layers, weights: weighed, calls }
    })
  })
}

function numberIn({ table, foreignFrom = 0xffffffff }: Architecture): fc.Arbitrary<number> {
  const known = Object.values(table.numbers)
  const edges = [0, foreignFrom - 1, foreignFrom, 0xffffffff]
  const beside = [...known.flatMap(each => [each - 1, each + 1]), ...edges].filter(
    each => each >= 0,
  )
  return fc.oneof(fc.constantFrom(...known), fc.constantFrom(...beside))
}

function agrees({ architecture, layers, weights, calls }: Input): boolean {
  const program = compile(merge(architecture, layers), weights)
  const read = plainReading(architecture, layers)
  for (const { number, args } of calls) {
    const call: Call = { audit: architecture.audit, number, args }
    const expected = returnValue(read(call), architecture.errno)
    const { value } = simulate(program, call, architecture.endian)
    if (value !== expected) {
      throw new Error(`${architecture.name} ${number}: ${value} is not ${expected}`)
    }
  }
  return true
}
