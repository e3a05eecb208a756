import type { EffectivePolicy } from '../policy/merge.ts'
import type { Rule } from '../policy/policy.ts'
import { type GroupData, type NamedData, sectionOf } from './section-data.ts'

/** Writes a self-contained section for beat.yml (`mode: replace`), each name with its origin. */
export function toYaml(
  policy: EffectivePolicy,
  head: readonly string[] = headOf(policy),
  elsewhere: readonly Rule[] = [],
): string {
  const { mode, precedence, default_action, syscalls } = sectionOf(policy, elsewhere)
  const origins = originsOf(policy, elsewhere)
  return [
    ...head,
    'seccomp:',
    `  mode: ${mode}`,
    ...(precedence === undefined ? [] : [`  precedence: ${precedence}`]),
    `  default_action: ${default_action}`,
    '  syscalls:',
    ...syscalls.flatMap(group => groupLines(group, origins)),
    '',
  ].join('\n')
}

function headOf({ architecture: { name, table } }: EffectivePolicy): readonly string[] {
  return [`# The effective policy for ${name}, Linux ${table.kernel}.`]
}

type Origins = (name: string, conditional: boolean) => string

function originsOf({ decisions }: EffectivePolicy, elsewhere: readonly Rule[]): Origins {
  const plain = new Map([...decisions, ...elsewhere].map(({ name, origin }) => [name, origin]))
  const conditional = new Map(
    decisions.flatMap(({ rules }) => rules.map(rule => [rule.name, rule.origin] as const)),
  )
  return (name, narrow) => (narrow ? conditional : plain).get(name) ?? ''
}

function groupLines(group: GroupData, origins: Origins): readonly string[] {
  const { action, errno, must_exist, names = [], names_with_args: named = [] } = group
  return [
    `  - action: ${action}`,
    ...(errno === undefined ? [] : [`    errno: ${errno}`]),
    ...(must_exist === undefined ? [] : [`    must_exist: ${must_exist}`]),
    ...(names.length > 0 ? ['    names:'] : []),
    ...names.map(name => `    - ${name} # ${origins(name, false)}`),
    ...(named.length > 0 ? ['    names_with_args:'] : []),
    ...named.flatMap(each => namedLines(each, origins)),
  ]
}

function namedLines({ name, arguments: tests }: NamedData, origins: Origins): readonly string[] {
  return [
    `    - name: ${name} # ${origins(name, true)}`,
    '      arguments:',
    ...tests.map(({ argument, operation, value, mask }) => {
      const masked = mask === undefined ? '' : `, mask: ${number(mask)}`
      return `      - { argument: ${argument}, operation: ${operation}, value: ${number(value)}${masked} }`
    }),
  ]
}

function number(value: number | string): string {
  return typeof value === 'number' ? `0x${value.toString(16)}` : `'${value}'`
}
