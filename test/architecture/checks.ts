import { dirname } from 'node:path/posix'
import type { Module } from './modules.ts'
import type { Room } from './rooms.ts'

/** Imports from a room, or a package, that the room of the importing file doesn't name. */
export function wrongDirections(
  modules: readonly Module[],
  rooms: Readonly<Record<string, Room>>,
): readonly string[] {
  const roomOf = (file: string) => Object.entries(rooms).find(([, { files }]) => files.test(file))
  const isIn = (room: string, named: readonly string[] = []) =>
    named.some(name => room === name || room.startsWith(`${name}/`))
  return modules.flatMap(({ file, imports }) => {
    const [own, room] = roomOf(file) ?? []
    if (own === undefined || room === undefined) return [`${file} is in no room`]
    return imports
      .filter(({ from, kind }) => {
        if (from.startsWith('node:')) return false
        const [other] = roomOf(from) ?? [`npm:${from}`]
        if (other === own || isIn(other, room.imports)) return false
        return !(kind === 'type' && isIn(other, room.types))
      })
      .map(({ from, kind }) => `${file} imports ${kind === 'type' ? 'types of ' : ''}${from}`)
  })
}

/**
 * Circles of import statements, types included, but for types that files of `related` have from each
 * other. What is imported late is not needed to load a module. At least one of the circles that there are.
 */
export function circles(modules: readonly Module[], related?: RegExp): readonly string[] {
  const edges = new Map(
    modules.map(({ file, imports }) => {
      const counted = imports.filter(({ from, kind }) =>
        kind === 'type' ? !(related?.test(file) && related.test(from)) : kind === 'value',
      )
      return [file, counted.map(({ from }) => from)]
    }),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push([...path.slice(at), file].join(' → '))
    if (done.has(file)) return
    done.add(file)
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
  }
  for (const file of edges.keys()) visit(file, [])
  return found
}

/** Exports of some of the modules that no other module imports. */
export function unusedExports(
  modules: readonly Module[],
  isHeld: (file: string) => boolean,
): readonly string[] {
  const used = new Set(
    modules.flatMap(({ file, imports }) =>
      imports
        .filter(({ from }) => from !== file)
        .flatMap(({ from, names }) => names.map(name => `${from}: ${name}`)),
    ),
  )
  return modules
    .filter(({ file }) => isHeld(file) && !used.has(`${file}: *`))
    .flatMap(({ file, exports }) => exports.map(name => `${file}: ${name}`))
    .filter(name => !used.has(name))
}

/** Folders with more entries than that; in those of `roots` that are given, folders don't count. */
export function crowdedFolders(
  files: readonly string[],
  most: number,
  roots: readonly string[] = [],
): readonly string[] {
  const entries = new Map<string, Set<string>>()
  for (const file of files) {
    for (let path = file; path.includes('/'); path = dirname(path)) {
      const folder = dirname(path)
      if (path !== file && roots.includes(folder)) break
      entries.set(folder, (entries.get(folder) ?? new Set()).add(path))
    }
  }
  return [...entries]
    .filter(([, { size }]) => size > most)
    .map(([folder, { size }]) => `${folder}: ${size}`)
}

export function longFiles(modules: readonly Module[], most: number): readonly string[] {
  return modules
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > most)
    .map(({ file, lines }) => `${file}: ${lines}`)
}

/** Files and folders whose names say only that nobody knew where their contents belong. */
export function withoutSubject(files: readonly string[]): readonly string[] {
  return files.filter(file => /(^|\/)(utils?|helpers?|common|misc|types)(\.ts|\/)/.test(file))
}
