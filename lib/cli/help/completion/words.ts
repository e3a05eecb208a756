// What can be typed where: the completions of all shells are made from it.

import type { Command, Options } from '../../command.ts'
import { GLOBAL_OPTIONS } from '../../commands.ts'

/** A word that may follow, and what it is for. */
interface Word {
  readonly word: string
  readonly doc: string
}

/** The words that may follow the typed words: `seccomp` → show, explain, …. */
export function byPrefix(commands: readonly Command[]): ReadonlyMap<string, readonly Word[]> {
  const next = new Map<string, Map<string, string>>()
  for (const { words, summary } of commands) {
    words.forEach((word, at) => {
      const prefix = words.slice(0, at).join(' ')
      const known = next.get(prefix) ?? new Map<string, string>()
      const doc = at === words.length - 1 ? summary : groupDoc(commands, words.slice(0, at + 1))
      next.set(prefix, known.set(word, known.get(word) ?? doc))
    })
  }
  return new Map(
    [...next].map(([prefix, words]) => [prefix, [...words].map(([word, doc]) => ({ word, doc }))]),
  )
}

/** What a group has: `config, pipeline, output`. */
function groupDoc(commands: readonly Command[], begun: readonly string[]): string {
  const own = commands.filter(({ words }) => begun.every((word, at) => word === words[at]))
  return [...new Set(own.map(({ words }) => words[begun.length] ?? ''))].join(', ')
}

/** The words of commands, complete or not: `seccomp`, `seccomp show`. */
export function prefixes(commands: readonly Command[]): readonly string[] {
  const begun = commands.flatMap(({ words }) => words.map((_, at) => words.slice(0, at + 1)))
  return [...new Set(begun.map(words => words.join(' ')))]
}

/** Commands that take a file after their words. */
export function takingFiles(commands: readonly Command[]): readonly string[] {
  return commands.flatMap(({ words, operand = '' }) => (isFile(operand) ? [words.join(' ')] : []))
}

/** Options as they are typed: `-c`, `--config`, `--path.home`. */
export function typedOptions(
  commands: readonly Command[],
  takes: (value: string) => boolean,
): readonly string[] {
  const all: readonly Options[] = [GLOBAL_OPTIONS, ...commands.map(({ options }) => options)]
  const typed = all.flatMap(Object.entries).flatMap(([name, { short, value = '' }]) => {
    return takes(value) ? [...(short ? [`-${short}`] : []), `--${name}`] : []
  })
  return [...new Set(typed)]
}

export function isFile(value: string): boolean {
  return /^(FILE|DIR|PATH|PACKAGE\.deb)$/.test(value)
}

export function takesValue(value: string): boolean {
  return value !== ''
}

export function isOther(value: string): boolean {
  return takesValue(value) && !isFile(value)
}

/** A text as one word of any of the shells. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
