// Rules against native code that an attacker brings along:
//
//   libraries   no file is mapped as a copy of one's own, which is how a loader maps a library (dlopen(3)), nor as
//               executable. Files that are mapped as they are, such as those of databases, are not affected.
//   memory      nothing becomes executable: mmap(2), mprotect(2) and pkey_mprotect(2) with PROT_EXEC. V8 needs that
//               for all that it compiles, so only a Node that compiles nothing can live with it.
//
// The second one alone lets a library in that has no code of its own: its relocations name functions that are there
// already, and the loader calls them. To refuse executable mappings of files alone would not do either: code can be
// mapped as data, and the loader itself makes it executable for DT_TEXTREL.
//
// What was mapped before stays executable. The other ways there (shmat, personality, remap_file_pages,
// memfd_create, process_vm_writev) are not in the default policies.

import type { Architecture } from '../architectures/architecture.ts'
import type { Condition, Rule } from './policy.ts'
import { EPERM } from './wording.ts'

const [PROT_EXEC, MAP_PRIVATE] = [4n, 2n]

/** Argument 2 of all of them is the protection. */
const EXECUTABLE: Condition = { argument: 2, operation: 'BitsSet', value: PROT_EXEC }
const PRIVATE: Condition = { argument: 3, operation: 'BitsSet', value: MAP_PRIVATE }

type Facts = Pick<Architecture, 'table' | 'mapAnonymous' | 'mmapByPointer'>

/** What closes the ways to native code. */
interface CodeLimits {
  /** Whether this Node compiles nothing: `node --jitless`. */
  readonly jitless: boolean
  /** `seccomp.late_libraries`; `allow` if it is not given. */
  readonly libraries: 'allow' | 'refuse' | undefined
}

/** The rules, each with what asks for it; none where `filtersMappings` is false. */
export function codeRules(facts: Facts, { jitless, libraries }: CodeLimits): readonly Rule[] {
  const byNode = 'node --jitless: nothing is compiled'
  return [
    ...(jitless ? [...memoryRules(facts, byNode), ...libraryRules(facts, byNode)] : []),
    ...(libraries === 'refuse' ? libraryRules(facts, 'seccomp.late_libraries: refuse') : []),
  ]
}

export function libraryRules(facts: Facts, origin: string): readonly Rule[] {
  const ofFile: Condition = { argument: 3, operation: 'BitsNotSet', value: facts.mapAnonymous }
  return rules(facts, origin, [
    ...mapping(facts, [ofFile, PRIVATE]),
    ...mapping(facts, [ofFile, EXECUTABLE]),
  ])
}

export function memoryRules(facts: Facts, origin: string): readonly Rule[] {
  return rules(facts, origin, [
    ...mapping(facts, [EXECUTABLE]),
    ['mprotect', [EXECUTABLE]],
    ['pkey_mprotect', [EXECUTABLE]],
  ])
}

/** Whether a filter sees what is mapped: not on s390x. */
export function filtersMappings({ table, mmapByPointer }: Omit<Facts, 'mapAnonymous'>): boolean {
  return !mmapByPointer || Object.hasOwn(table.numbers, 'mmap2')
}

type Refused = readonly [name: string, conditions: readonly Condition[]]

/** Where mmap takes a pointer, libc calls mmap2, and nobody needs the other one. */
function mapping({ mmapByPointer }: Facts, conditions: readonly Condition[]): readonly Refused[] {
  return [
    ['mmap', mmapByPointer ? [] : conditions],
    ['mmap2', conditions],
  ]
}

function rules(facts: Facts, origin: string, refused: readonly Refused[]): readonly Rule[] {
  if (!filtersMappings(facts)) return []
  return refused
    .filter(([name]) => Object.hasOwn(facts.table.numbers, name))
    .map(([name, conditions]) => ({ name, conditions, verdict: EPERM, origin }))
}
