import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** A fenced block: what stands after the fence, and what is in it. */
export interface Block {
  /** `README.md:31`. */
  readonly place: string
  /** `yaml`; empty where nothing is said. */
  readonly language: string
  /** What follows the language: `refused`, the name of the file. */
  readonly note: string
  readonly text: string
}

export interface Page {
  /** From the root of the repository. */
  readonly file: string
  readonly blocks: readonly Block[]
  /** What is not in a block. */
  readonly prose: string
}

/** Language, note, text. */
const FENCED = /^```(\w*)(?: ([^\n]+))?\n(.*?)^```$/gms

/** What a user reads. */
export const PAGES: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(`${ROOT}docs`).map(name => `docs/${name}`),
  ...readdirSync(`${ROOT}beats`).map(name => `beats/${name}/README.md`),
].map(readPage)

export function page(file: string): Page {
  const found = PAGES.find(each => each.file === file)
  if (!found) throw new Error(`${file} is no page`)
  return found
}

/** The blocks of a language on all pages, in order. */
export function blocksOf(language: string): readonly Block[] {
  return PAGES.flatMap(({ blocks }) => blocks.filter(block => block.language === language))
}

/** The block right after another on its page. */
export function blockAfter(block: Block): Block | undefined {
  const siblings = PAGES.find(({ blocks }) => blocks.includes(block))?.blocks ?? []
  return siblings[siblings.indexOf(block) + 1]
}

/** The body of the page's table whose first heading is `heading`: rows of cells, as written. */
export function rowsOf({ file, prose }: Page, heading: string): readonly (readonly string[])[] {
  const lines = prose.split('\n')
  const top = lines.findIndex(line => line.startsWith(`| ${heading} |`))
  if (top < 0) throw new Error(`${file} has no table of ${heading}`)
  const below = lines.slice(top + 2)
  const end = below.findIndex(line => !line.startsWith('|'))
  return below.slice(0, end).map(row => row.split('|').slice(1, -1).map(trim))
}

/** What stands in backticks. */
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
