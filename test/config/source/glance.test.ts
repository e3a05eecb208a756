import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import fc from 'fast-check'
import { readDocument, wantsFilter } from '../../../lib/config/source/document.ts'
import { mayDisableFilter } from '../../../lib/config/source/glance.ts'
import { AgentError } from '../../../lib/errors.ts'
import { withFiles } from '../written.ts'

/** Every package that a module of dist/ imports, directly or through other modules. */
function packagesOf(file: string, seen: Set<string> = new Set()): readonly string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const imports = [...readFileSync(file, 'utf8').matchAll(/^(?:import|\} from) .*?'([^']+)';?$/gm)]
  return imports.flatMap(([, name = '']) =>
    name.startsWith('.') ? packagesOf(join(dirname(file), name), seen) : [name],
  )
}

const lib = (name: string) =>
  fileURLToPath(new URL(`../../../lib/config/source/${name}`, import.meta.url))

describe('config: a glance before the re-start', () => {
  const rows: readonly (readonly [text: string, may: boolean])[] = [
    ['a: 1', false],
    ['# seccomp.enabled: false\n  # seccomp.enabled: false', false],
    ['seccomp: { required: true }', false],
    ['seccomp.enabled: true', true],
    ['seccomp:\n  enabled: false', true],
    ['"s\\x65ccomp.enabled": false', true],
  ]
  for (const [text, may] of rows) {
    it(`${JSON.stringify(text)}: ${may ? 'has to be read' : 'wants its filter'}`, () => {
      withFiles([text], files => {
        expect(mayDisableFilter({ files, overrides: [] })).to.equal(may)
      })
    })
  }

  it('looks at -E, and leaves what cannot be read to the reader', () => {
    expect(mayDisableFilter({ files: [], overrides: ['seccomp.enabled=false'] })).to.equal(true)
    expect(mayDisableFilter({ files: [], overrides: ['name=x'] })).to.equal(false)
    expect(mayDisableFilter({ files: ['/nonexistent'], overrides: [] })).to.equal(true)
  })

  it('never overlooks a filter that is switched off', () => {
    const word = fc.constantFrom(
      'seccomp',
      'enabled',
      '"s\\x65ccomp"',
      'false',
      ': ',
      '.',
      '\n',
      '  ',
      '{',
      '}',
      '# ',
      '&a ',
      '*a',
      '<<',
      "'",
      '"',
    )
    const off = 'seccomp: { enabled: false }'
    const text = fc.oneof(
      fc.array(word, { maxLength: 14 }).map(words => words.join('')),
      fc.constant(off),
    )
    let disabled = 0
    fc.assert(
      fc.property(text, written =>
        withFiles([written], files => {
          try {
            if (wantsFilter(readDocument({ files, overrides: [], env: {} }))) return
          } catch (thrown) {
            if (thrown instanceof AgentError) return
            throw thrown
          }
          disabled += 1
          expect(mayDisableFilter({ files, overrides: [] })).to.equal(true)
        }),
      ),
      { numRuns: 500 },
    )
    expect(disabled).to.be.greaterThan(0)
  })

  it('loads no package at all, and the document none but yaml', () => {
    expect(new Set(packagesOf(lib('glance.js')))).to.deep.equal(new Set(['node:fs', 'node:path']))
    const document = new Set(['node:fs', 'node:path', 'yaml'])
    expect(new Set(packagesOf(lib('document.js')))).to.deep.equal(document)
  })
})
