import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { isNarrow } from '../../../lib/seccomp/compiler/arguments.ts'
import type { Call } from '../../../lib/seccomp/compiler/simulate.ts'
import type { Condition } from '../../../lib/seccomp/policy/policy.ts'
import type { SharedPolicy, SharedRule } from './reference.ts'

/** Calls with arguments for each name in a policy. */
const CALLS_PER_NAME = 40

/** Every number of the table, without arguments. */
export function everyNumber({ audit, table }: Architecture): readonly Call[] {
  return [...new Set(Object.values(table.numbers))].map(number => ({ audit, number }))
}

/** Numbers next to those of the table, and some of a foreign architecture. */
export function otherNumbers({ audit, table, foreignFrom }: Architecture): readonly Call[] {
  const numbers = new Set(Object.values(table.numbers))
  const around = [...numbers].flatMap(number => [number - 1, number + 1])
  const far = foreignFrom === undefined ? [0x7fffffff, 0x80000000, 0xfffffffe] : [foreignFrom - 1]
  const unknown = new Set([...around, ...far].filter(each => each >= 0 && !numbers.has(each)))
  const foreign = [0, 1, 59].map((number): Call => ({ audit: audit ^ 0x10000, number }))
  return [...[...unknown].map(number => ({ audit, number })), ...foreign]
}

/** For each rule on arguments: matching values, their neighbours, and values with the other half changed. */
export function boundaryCalls(
  architecture: Architecture,
  { rules }: SharedPolicy,
): readonly Call[] {
  const names = new Set(rules.filter(each => each.conditions.length > 0).map(({ name }) => name))
  return [...names].flatMap(name => {
    const ofName = rules.filter(each => each.name === name)
    const far = ofName.flatMap(farthest).map(args => {
      return args.map((value, at) => BigInt.asUintN(widthOf(architecture, name, at), value))
    })
    return [...argumentsAround(architecture, name, ofName), ...far].map((args): Call => {
      return { audit: architecture.audit, number: architecture.table.numbers[name] ?? 0, args }
    })
  })
}

function argumentsAround(
  architecture: Architecture,
  name: string,
  rules: readonly SharedRule[],
): readonly (readonly bigint[])[] {
  const perArgument = Array.from({ length: 6 }, (_, argument) => {
    const width = widthOf(architecture, name, argument)
    const asked = rules.flatMap(({ conditions }) =>
      conditions.filter(each => each.argument === argument).flatMap(around),
    )
    return [...new Set([0n, ...asked].map(value => BigInt.asUintN(width, value)))]
  })
  const all = perArgument.reduce((product, { length }) => product * length, 1)
  // A stride that shares no factor with the number of combinations visits them evenly.
  const stride = Math.max(1, Math.floor(all / CALLS_PER_NAME)) | 1
  return Array.from({ length: Math.min(all, CALLS_PER_NAME) }, (_, at) => {
    return combination(perArgument, at * stride)
  })
}

function widthOf(architecture: Architecture, name: string, argument: number): 32 | 64 {
  return isNarrow(architecture, name, argument) ? 32 : 64
}

/** Values that meet all conditions of a rule, and all but one: the longest paths through its tests. */
function farthest({ conditions }: SharedRule): readonly (readonly bigint[])[] {
  const meeting = [0, 1, 2, 3, 4, 5].map(argument => {
    const condition = conditions.find(each => each.argument === argument)
    return condition ? met(condition) : 0n
  })
  const missing = conditions.map(condition => meeting.with(condition.argument, missed(condition)))
  return [meeting, ...missing]
}

function met({ operation, value }: Condition): bigint {
  if (operation === 'LessThan') return value > 0n ? value - 1n : 0n
  return operation === 'GreaterThan' || operation === 'NotEqual' ? value + 1n : value
}

function missed({ operation, value }: Condition): bigint {
  if (operation === 'LessOrEqual' || operation === 'Equal') return value + 1n
  return operation === 'GreaterOrEqual' && value > 0n ? value - 1n : value ^ 1n
}

function around({ value, mask = 0n }: SharedRule['conditions'][number]): readonly bigint[] {
  return [value, value + 1n, value - 1n, value ^ (1n << 32n), ~value, value | ~mask]
}

function combination(choices: readonly (readonly bigint[])[], index: number): readonly bigint[] {
  let left = index
  return choices.map(values => {
    const value = values[left % values.length] ?? 0n
    left = Math.floor(left / values.length)
    return value
  })
}
