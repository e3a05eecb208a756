import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** A fenced block: its language and note after the fence, and its text. */
export interface Block {
  /** File and line, such as `README.md:31`. */
  readonly place: string
  /** Such as `yaml`; empty if the fence has none. */
  readonly language: string
  /** The text after the language, such as `refused` or the name of a file. */
  readonly note: string
  readonly text: string
}

export interface Page {
  /** The path from the root of the repository. */
  readonly file: string
  readonly blocks: readonly Block[]
  /** The text outside of blocks. */
  readonly prose: string
}

/** Captures language, note and text. */
const FENCED = /^```(\w*)(?: ([^\n]+))?\n(.*?)^```$/gms

/** The pages that users read. */
export const PAGES: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(`${ROOT}docs`).map(name => `docs/${name}`),
  ...readdirSync(`${ROOT}beats`).map(name => `beats/${name}/README.md`),
  ...readdirSync(`${ROOT}packages`).map(name => `packages/${name}/README.md`),
].map(readPage)

export function page(file: string): Page {
  const found = PAGES.find(each => each.file === file)
  if (!found) throw new Error(`${file} is not a page`)
  return found
}

/** All blocks of one language, in the order of pages. */
export function blocksOf(language: string): readonly Block[] {
  return PAGES.flatMap(({ blocks }) => blocks.filter(block => block.language === language))
}

/** The block that follows another on the same page. */
export function blockAfter(block: Block): Block | undefined {
  const siblings = PAGES.find(({ blocks }) => blocks.includes(block))?.blocks ?? []
  return siblings[siblings.indexOf(block) + 1]
}

/** The rows of the page's table whose first heading is `heading`, as cells of raw text. */
export function rowsOf({ file, prose }: Page, heading: string): readonly (readonly string[])[] {
  const lines = prose.split('\n')
  const top = lines.findIndex(line => line.startsWith(`| ${heading} |`))
  if (top < 0) throw new Error(`${file} has no table with the heading ${heading}`)
  const below = lines.slice(top + 2)
  const end = below.findIndex(line => !line.startsWith('|'))
  return below.slice(0, end).map(row => row.split('|').slice(1, -1).map(trim))
}

/** The parts of a text that are in backticks. */
export function codeIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code)
}

function trim(cell: string): string {
  return cell.trim()
}

function readPage(file: string): Page {
  const source = readFileSync(`${ROOT}${file}`, 'utf8')
  const blocks = Array.from(source.matchAll(FENCED), match => {
    const [, language = '', note = '', text = ''] = match
    const line = source.slice(0, match.index).split('\n').length
    return { place: `${file}:${line}`, language, note, text }
  })
  return { file, blocks, prose: source.replaceAll(FENCED, '') }
}
