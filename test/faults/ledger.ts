import { readFileSync } from 'node:fs'

/** The text of one file of events. */
export interface Written {
  readonly name: string
  readonly text: string
}

/** What files of events say, compared with what was confirmed. */
export interface Verdict {
  /** Confirmed events that are in no file. */
  readonly missing: readonly string[]
  /** Lines that are not JSON, and are none of the known fragments. */
  readonly torn: readonly string[]
  /** Rotated files whose last line does not end. */
  readonly unended: readonly string[]
  /** Events that are there twice. */
  readonly repeated: readonly string[]
  /** Events before which a later one of the same run stands. */
  readonly disordered: readonly string[]
}

/** The ids that the ledger of `flood.ts` has, without an entry that was cut. */
export function confirmedIn(ledger: string): readonly string[] {
  const text = readFileSync(ledger, 'utf8')
  const entries = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
  return entries.flatMap(entry => {
    const [run = '', first = '', count = ''] = entry.split(' ')
    return Array.from({ length: Number(count) }, (_, i) => `${run}:${Number(first) + i}`)
  })
}

/**
 * Judges files, the oldest first. The last one is being written.
 *
 * @param fragments lines that a kill has torn: the next start ends them, so they stand in the files
 */
export function judge(
  files: readonly Written[],
  confirmed: readonly string[],
  fragments: readonly string[] = [],
): Verdict {
  const lines = files.flatMap(({ text }) => linesOf(text))
  const parsed = lines.map(line => idOf(line))
  const ids = parsed.filter(id => id !== undefined)
  const present = new Set(ids)
  return {
    missing: confirmed.filter(id => !present.has(id)),
    torn: lines.filter((line, at) => parsed[at] === undefined && !fragments.includes(line)),
    unended: files
      .filter(({ text }, at) => fragmentOf(text) !== '' && at < files.length - 1)
      .map(({ name }) => name),
    repeated: repeatedOf(ids),
    disordered: disorderedOf([...present]),
  }
}

/**
 * The text of a file, empty where it is not there: the agent may rotate it at any time, also between a
 * look whether it is there and its being read.
 */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** The ids of the whole lines of a file. */
export function idsIn(text: string): readonly string[] {
  return linesOf(text).flatMap(line => idOf(line) ?? [])
}

/** What stands behind the last line end. */
export function fragmentOf(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}

function linesOf(text: string): readonly string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
}

function idOf(line: string): string | undefined {
  try {
    return JSON.parse(line).id
  } catch {
    return undefined
  }
}

function disorderedOf(ids: readonly string[]): readonly string[] {
  const newest = new Map<string, number>()
  return ids.filter(id => {
    const [run = '', number = ''] = id.split(':')
    const last = newest.get(run) ?? -1
    newest.set(run, Math.max(last, Number(number)))
    return Number(number) < last
  })
}

function repeatedOf(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return ids.filter(id => seen.size === seen.add(id).size)
}
