import { SourceMap } from 'node:module'
import type { Edit } from './edit.ts'
import { editsOf } from './mutate.ts'

/** A module as it was compiled, with its source. */
interface Compiled {
  /** The path of the source: `lib/backoff.ts`. */
  readonly file: string
  readonly source: string
  readonly code: string
  /** The source map, as JSON. */
  readonly map: string
}

/** An edit of a compiled module, and where it is in the source. */
export interface Mutant {
  readonly room: string
  readonly file: string
  readonly edit: Edit
  /** The number (from 1) and text of the source line that it begins in. */
  readonly line: number
  readonly text: string
  /** The code before and after, shortened. */
  readonly original: string
  readonly mutated: string
}

/** The mutants of a module. The compiler only erases types, so compiled code reads like the source. */
export function mutantsOf(room: string, { file, source, code, map }: Compiled): readonly Mutant[] {
  const sourceMap = new SourceMap(JSON.parse(map))
  const lines = source.split('\n')
  return editsOf(code).map(edit => {
    const line = sourceLine(sourceMap, code, edit.start)
    const text = lines[line - 1]?.trim() ?? ''
    const original = shortened(code.slice(edit.start, edit.end))
    return { room, file, edit, line, text, original, mutated: shortened(edit.text) }
  })
}

function sourceLine(map: SourceMap, code: string, offset: number): number {
  const before = code.slice(0, offset).split('\n')
  const entry = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0)
  return 'originalLine' in entry ? entry.originalLine + 1 : 0
}

const LONGEST = 70

function shortened(code: string): string {
  const flat = code.replace(/\s+/g, ' ')
  return flat.length > LONGEST ? `${flat.slice(0, 45)} … ${flat.slice(-22)}` : flat
}
