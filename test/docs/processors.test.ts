import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { leavesOf } from '../../lib/config/schema/leaf.ts'
import { formatPath } from '../../lib/errors.ts'
import { BUILTIN_PROCESSOR_NAMES, builtinProcessor } from '../../lib/processors/builtin.ts'
import { codeIn, ROOT } from './page.ts'

const text = readFileSync(`${ROOT}docs/processors.md`, 'utf8')
const reference = readFileSync(`${ROOT}docs/reference.md`, 'utf8')

/** The section below a heading, up to the next one. */
function sectionOf(page: string, heading: string): string {
  const [, section] = page.split(`\n## ${heading}\n`)
  return section?.split('\n## ')[0] ?? ''
}

/** The first two cells of each row about a setting. */
function settingsIn(section: string): readonly string[] {
  const [, table = ''] = section.split('| setting | default | |\n| --- | --- | --- |\n')
  const rows = table.split('\n\n')[0]?.split('\n') ?? []
  return rows
    .filter(row => row.startsWith('|'))
    .map(row => row.split('|').slice(1, 3).join('|').trim())
}

describe('docs/processors.md', () => {
  it('lists every built-in processor once', () => {
    const overview = sectionOf(text, 'Built-in processors')
    const linked = Array.from(overview.matchAll(/\[(\w+)\]\(#\1\)/g), ([, name]) => name)
    expect(linked.sort()).to.deep.equal([...BUILTIN_PROCESSOR_NAMES].sort())
  })

  for (const name of BUILTIN_PROCESSOR_NAMES) {
    it(`${name}: has its settings and their defaults, and an example`, async () => {
      const section = sectionOf(text, name)
      const written = settingsIn(section)
      const type = await builtinProcessor(name)
      const paths = leavesOf({ ...type?.schema }).map(([path]) => formatPath(path))
      expect(written.map(row => codeIn(row)[0])).to.deep.equal(paths.length > 0 ? paths : [])
      expect(written).to.deep.equal(settingsIn(sectionOf(reference, `The processor \`${name}\``)))
      expect(section).to.match(new RegExp(`^\`\`\`yaml\nprocessors:\n  - ${name}:`, 'm'))
    })
  }
})
