import type { Mutant } from './mutant.ts'

/** A mutant with its verdict. `unreached`: no test runs its code. */
export interface Tried {
  readonly mutant: Mutant
  readonly verdict: 'killed' | 'timeout' | 'survived' | 'unreached'
}

/** The share of mutants that tests noticed, in percent. A timeout counts as noticed. */
export function scoreOf(tried: readonly Tried[]): number {
  const survivors = tried.filter(isSurvivor).length
  return tried.length === 0 ? 100 : (100 * (tried.length - survivors)) / tried.length
}

/** A line for each file, and one for all of them. */
export function tableOf(tried: readonly Tried[]): readonly string[] {
  const files = [...new Set(tried.map(({ mutant }) => mutant.file))].sort()
  const rows = files.map(file =>
    row(
      file,
      tried.filter(({ mutant }) => mutant.file === file),
    ),
  )
  return [HEADER, ...rows, row('all', tried)]
}

/** `lib/a.ts:7  a < b → a <= b (comparison)` for every survivor. */
export function survivorsOf(tried: readonly Tried[]): readonly string[] {
  return tried
    .filter(isSurvivor)
    .map(({ verdict, mutant: { file, line, original, mutated, edit } }) => {
      const why = verdict === 'unreached' ? `${edit.kind}, no test runs it` : edit.kind
      return `${file}:${line}  ${original} → ${mutated || 'nothing'} (${why})`
    })
}

export function isSurvivor({ verdict }: Tried): boolean {
  return verdict === 'survived' || verdict === 'unreached'
}

const COLUMNS = ['killed', 'timeout', 'survived', 'unreached'] as const
const WIDEST_FILE = 44
const HEADER = line('file', [...COLUMNS, 'score'])

function row(file: string, tried: readonly Tried[]): string {
  const counts = COLUMNS.map(column => tried.filter(({ verdict }) => verdict === column).length)
  return line(file, [...counts.map(String), `${scoreOf(tried).toFixed(1)} %`])
}

function line(file: string, cells: readonly string[]): string {
  return file.padEnd(WIDEST_FILE) + cells.map(cell => cell.padStart(10)).join('')
}
