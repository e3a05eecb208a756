import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { EXIT, type ExitCode } from '../../../agent/process/exit.ts'
import { decodeEntry, type Entry } from '../../../pipeline/dead-letter/entry.ts'
import type { Call } from '../../command.ts'
import { print, printLines } from '../../print.ts'
import { deadLetters, type OutputFiles } from './folder.ts'

/** Events of one output that died for one reason. */
interface Group {
  readonly output: string
  readonly reason: string
  readonly status: number | undefined
  events: number
  first: string
  last: string
}

/** How many reasons are told apart: they are texts of a peer. */
const MAX_GROUPS = 1_000

/** Prints how many events are in the dead letter and why; with `--json` every entry, one per line, as it is stored. */
export async function deadLetterList({ source, has, value }: Call): Promise<ExitCode> {
  const found = await deadLetters(source, value('output'))
  if (has('json')) {
    for (const { files } of found) {
      for (const { path } of files) for await (const line of linesOf(path)) await print(`${line}\n`)
    }
    return EXIT.ok
  }
  const groups = new Map<string, Group>()
  let unreadable = 0
  for (const { files } of found) {
    for (const { path } of files) {
      for await (const line of linesOf(path)) {
        const entry = decodeEntry(line)
        if (entry) note(groups, entry)
        else unreadable++
      }
    }
  }
  await printLines(textOf([...groups.values()], found, unreadable))
  return EXIT.ok
}

async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') yield line
  }
}

function note(groups: Map<string, Group>, { output, reason, status, time }: Entry): void {
  const known = groups.get(`${output} ${status} ${reason}`)
  const told = known || groups.size < MAX_GROUPS ? reason : 'other reasons'
  const key = `${output} ${status} ${told}`
  const group = groups.get(key) ?? {
    output,
    reason: told,
    status,
    events: 0,
    first: time,
    last: time,
  }
  group.events++
  group.last = time
  groups.set(key, group)
}

function textOf(
  groups: readonly Group[],
  found: readonly OutputFiles[],
  unreadable: number,
): string {
  if (groups.length === 0 && unreadable === 0) return 'The dead letter is empty\n'
  const rows = groups
    .toSorted((a, b) => b.events - a.events)
    .map(({ output, reason, status, events, first, last }) => {
      const code = status === undefined ? '' : ` (${status})`
      return `${String(events).padStart(8)}  ${output}: ${printable(reason)}${code}, ${first} to ${last}`
    })
  const places = found
    .filter(({ files }) => files.length > 0)
    .map(({ folder, files }) => {
      const bytes = files.reduce((sum, { size }) => sum + size, 0)
      return `${bytes} bytes in ${folder}`
    })
  const lost = unreadable === 0 ? [] : [`${unreadable} lines that are no entries`]
  return `${[...rows, ...lost, ...places].join('\n')}\n`
}

/** The text of a peer, without what a terminal would act upon. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�').slice(0, 200)
}
