import type { Beat } from '../beat.ts'
import { formatPath, type Path } from '../errors.ts'
import type { Plugin, SyscallNeed } from '../plugin.ts'
import { ARCHITECTURES, loadArchitecture } from '../seccomp/architectures/architecture.ts'
import { didYouMean } from '../suggest.ts'

const PROPERTIES = [
  'name',
  'schema',
  'fields',
  'syscalls',
  'privileges',
  'open',
  'opensUnfiltered',
  'run',
  'once',
  'close',
]

/** Checks what a beat declares, before any of it runs; returns every problem. */
export async function checkDeclaration<S, R>(beat: Beat<S, R>): Promise<readonly string[]> {
  return [...checkSpelling(beat), ...(await checkDeclared(beat))]
}

/** Checks the schema and the system calls of a plugin of any kind. */
export async function checkDeclared<S>({ schema, syscalls = [] }: Plugin<S>) {
  return [...checkKeys(schema, ['schema']), ...(await checkSyscalls(syscalls))]
}

/** A beat may have its own properties, but one that resembles a property of the contract is misspelt. */
function checkSpelling(beat: object): readonly string[] {
  return Object.keys(beat)
    .filter(key => !PROPERTIES.includes(key) && didYouMean(key, PROPERTIES) !== '')
    .map(key => `unknown property "${key}"${didYouMean(key, PROPERTIES)}`)
}

/** A node without `default` is a nested section, as in convict. */
function checkKeys(node: object, path: Path): readonly string[] {
  return Object.entries(node).flatMap(([key, child]: [string, unknown]) => {
    const here = [...path, key]
    const where = formatPath(here)
    if (key.includes('.')) return [`${where}: a key can't contain a dot; nest it instead`]
    if (typeof child !== 'object' || child === null) return [`${where}: has no doc`]
    return 'default' in child ? checkLeaf(child, where) : checkKeys(child, here)
  })
}

function checkLeaf(leaf: object, where: string): readonly string[] {
  const found: string[] = []
  const doc: unknown = 'doc' in leaf ? leaf.doc : undefined
  if (typeof doc !== 'string' || doc.trim() === '') found.push(`${where}: has no doc`)
  if (!('format' in leaf)) found.push(`${where}: has no format`)
  return found
}

async function checkSyscalls(needs: readonly SyscallNeed[]): Promise<readonly string[]> {
  const architectures = await Promise.all(ARCHITECTURES.map(loadArchitecture))
  const known = new Set(architectures.flatMap(({ table }) => Object.keys(table.numbers)))
  return needs.flatMap(({ names, why }, at) => [
    ...(why.trim() ? [] : [`syscalls[${at}]: "why" is empty`]),
    ...(names.length > 0 ? [] : [`syscalls[${at}]: names no system call`]),
    ...names
      .filter(name => !known.has(name))
      .map(name => `syscalls[${at}]: unknown system call "${name}"${didYouMean(name, known)}`),
  ])
}
