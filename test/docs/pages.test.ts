import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { codeIn, PAGES, ROOT } from './page.ts'

/** No test would cover a language that is missing here. `text` and none are not code. */
const LANGUAGES = ['ini', 'yaml', 'sh', 'ts', 'json', 'text', '']

/** The anchors that GitHub generates for headings. */
function anchorsOf(markdown: string): readonly string[] {
  return Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

function isBroken(file: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const linked = path === '' ? file : join(dirname(file), path)
  if (!existsSync(join(ROOT, linked))) return true
  if (anchor === undefined) return false
  return !anchorsOf(readFileSync(join(ROOT, linked), 'utf8')).includes(anchor)
}

const WIDTH = 110

/** Lines of prose that are too long; a row of a table can't be wrapped, and neither can a single word. */
function tooWide(prose: string): readonly string[] {
  return prose
    .split('\n')
    .filter(line => [...line].length > WIDTH && !line.startsWith('|') && line.trim().includes(' '))
}

describe('the documentation', () => {
  it('would be found to be too wide', () => {
    const long = 'word '.repeat(30)
    expect(tooWide(`short\n| ${long} |\n${long}\n${'x'.repeat(200)}`)).to.deep.equal([long])
  })

  it('has code only in languages that are tested', () => {
    const languages = PAGES.flatMap(({ blocks }) => blocks.map(({ language }) => language))
    expect(LANGUAGES).to.include.members(languages)
    expect(languages).to.include.members(LANGUAGES)
  })

  for (const { file, prose } of PAGES) {
    it(`${file} has no broken links`, () => {
      const targets = Array.from(prose.matchAll(/\]\(([^)]+)\)/g), ([, target = '']) => target)
      const own = targets.filter(target => !target.startsWith('https://'))
      expect(own.filter(target => isBroken(file, target))).to.deep.equal([])
    })

    it(`${file} wraps its prose at ${WIDTH} columns`, () => {
      expect(tooWide(prose)).to.deep.equal([])
    })

    it(`${file} names files and make targets that exist`, () => {
      const targets = readFileSync(`${ROOT}Makefile`, 'utf8')
      const wrong = codeIn(prose).filter(code => {
        const [, target] = /^make ([a-z-]+)$/.exec(code) ?? []
        if (target) return !targets.includes(`\n${target}:`)
        const isPath = /^(lib|test|docs|config|tools|addon|beats|packages)\/[\w./-]*$/.test(code)
        return isPath && !existsSync(join(ROOT, code))
      })
      expect(wrong).to.deep.equal([])
    })
  }
})
