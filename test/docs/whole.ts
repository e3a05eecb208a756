import type { Block } from './page.ts'

const BEAT = 'beats: [{ type: host }]\n'
const OUTPUT = 'output.console: {}\n'

/** How to complete a block to a whole beat.yml, by its first keys. Additions come after the block. */
const COMPLETIONS: readonly (readonly [
  kind: string,
  holds: RegExp,
  whole: (text: string) => string,
])[] = [
  ['a beat.yml', /^beats:(.|\n)*^output/m, text => text],
  ['a beat.yml without an output', /^beats:/m, text => text + OUTPUT],
  ['a list of beats', /^- type:/, text => `beats:\n${text}${OUTPUT}`],
  ['an output', /^output\./, text => text + BEAT],
  ['one section', /^[a-z]+:/, text => text + BEAT + OUTPUT],
]

/** A block of YAML as a whole beat.yml. */
export function completed({ place, text }: Block) {
  const found = COMPLETIONS.find(([, holds]) => holds.test(text))
  if (!found) throw new Error(`${place}: this is not a known part of a beat.yml`)
  const [kind, , whole] = found
  return { kind, whole: whole(text) }
}
