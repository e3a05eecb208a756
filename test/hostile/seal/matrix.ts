// The runs that a table of attacks is held to, and what in them differs from it.
import { type Attack, predicted, type Switches, type Who } from './attack.ts'
import type { Results } from './beat.ts'
import type { Found, Run } from './run.ts'
import { ATTEMPTED } from './table.ts'

export const SEALED: Switches = {
  filter: true,
  sockets: true,
  domain: true,
  capabilities: true,
  native: 'allow',
}

type Part = Exclude<keyof Switches, 'native'>

/** Each part alone, and all of them, switched off. */
const WITHOUT: readonly (readonly Part[])[] = [
  ...[[], ['filter'], ['domain'], ['capabilities']],
  ...[
    ['filter', 'domain'],
    ['filter', 'capabilities'],
    ['domain', 'capabilities'],
  ],
  ['filter', 'domain', 'capabilities'],
  ...[['sockets'], ['sockets', 'domain']],
] as const

function switchedOff(parts: readonly Part[]): Switches {
  return { ...SEALED, ...Object.fromEntries(parts.map(part => [part, false])) }
}

/** Whoever is not root has no capabilities to keep. */
function possibleFor(who: Who): readonly Run[] {
  const isPossible = (parts: readonly string[]) => who === 'root' || !parts.includes('capabilities')
  return WITHOUT.filter(isPossible).map(parts => ({ who, on: switchedOff(parts) }))
}

export const RUNS: readonly Run[] = [
  ...[...possibleFor('root'), ...possibleFor('65534')],
  { who: 'becomes 65534', on: SEALED },
  { who: 'becomes 65534', on: { ...SEALED, domain: false } },
  ...(['late_libraries', 'jitless'] as const).flatMap(native =>
    (['root', '65534'] as const).map(who => ({ who, on: { ...SEALED, native } })),
  ),
]

export function titleOf({ who, on }: Run): string {
  const off = Object.entries(on).flatMap(([part, isOn]) => (isOn ? [] : part))
  const closed = on.native === 'allow' ? '' : `, with ${on.native}`
  return `${who}, ${off.length === 0 ? 'sealed' : `without ${off.join(', ')}`}${closed}`
}

export interface Difference {
  readonly attack: string
  readonly expected: string
  readonly got: string | undefined
}

/** What became of attacks otherwise than the table says; `abi` is Landlock's, 0 where there is none. */
export function differences({ who, on }: Run, found: Found, abi: number): readonly Difference[] {
  return possible(who, found.before).flatMap(attack => {
    const expected = predicted(attack, who, on, abi)
    const got = found.after[attack.name]
    return got === expected ? [] : [{ attack: attack.name, expected, got }]
  })
}

/** What can't be done even before the seal, so that a refusal afterwards would prove nothing. */
export function withoutControl(who: Who, before: Results): readonly Difference[] {
  return possible(who, before).flatMap(attack => {
    const got = before[attack.name]
    return got === 'done' ? [] : [{ attack: attack.name, expected: 'done', got }]
  })
}

/** Attacks on the machine that this one does not allow anybody, such as in a container. */
export function impossible(who: Who, before: Results): readonly string[] {
  const possibleOnes = new Set(possible(who, before))
  return ofUser(who).flatMap(attack =>
    possibleOnes.has(attack) ? [] : [`${attack.name}: ${before[attack.name]}`],
  )
}

function possible(who: Who, before: Results): readonly Attack[] {
  return ofUser(who).filter(({ name, ofMachine, needs }) => {
    const isAbsent = needs !== undefined && before[name] === 'absent'
    return !isAbsent && (!ofMachine || before[name] === 'done')
  })
}

function ofUser(who: Who): readonly Attack[] {
  return ATTEMPTED.filter(attack => attack.who !== 'root' || who === 'root')
}
