import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import * as checks from './architecture/checks.ts'
import { parseModule } from './architecture/modules.ts'
import { ROOMS } from './architecture/rooms.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

function walk(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? walk(path) : [path]
  })
}

const GENERATED = /^lib\/seccomp\/architectures\/(tables|defaults)\//
const SHIPPED = /^(lib|beats|packages)\//

/** The record of an architecture has the type that the list of all makes of them. */
const RELATED = /^lib\/seccomp\/architectures\//

/** What a program or a user of the package imports, which no module of ours has to. */
const ENTRIES: readonly RegExp[] = [
  /^lib\/(audit\/|host\/|outputs\/|seccomp\/|testing\/)?index\.ts: /, // package.json's exports
  /^(beats\/[^/]+|packages\/[^/]+\/src)\/index\.ts: default$/, // loaded by name
]

/** A module for the checks to fail on. */
const module = (file: string, ...lines: readonly string[]) =>
  parseModule({ file, text: `${lines.join('\n')}\n` })

describe('the shape of the code', () => {
  const files = ['addon', 'beats', 'bench', 'lib', 'packages', 'test', 'tools'].flatMap(walk)
  const modules = files
    .filter(file => file.endsWith('.ts'))
    .map(file => parseModule({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
  const shipped = modules.filter(({ file }) => SHIPPED.test(file))

  describe('a room has at most 20 entries', () => {
    it('everywhere; of lib/ and test/, which mirrors it, the folders are the rooms', () => {
      expect(checks.crowdedFolders(files, 20, ['lib', 'test'])).to.deep.equal([])
    })

    it('a folder in it counts as one', () => {
      const some = ['lib/a.ts', 'lib/x/a.ts', 'lib/x/y/a.ts', 'lib/x/y/b.ts', 'lib/z/a.ts']
      expect(checks.crowdedFolders(some, 1)).to.deep.equal(['lib: 3', 'lib/x: 2', 'lib/x/y: 2'])
      expect(checks.crowdedFolders(some, 1, ['lib'])).to.deep.equal(['lib/x: 2', 'lib/x/y: 2'])
    })
  })

  describe('imports go in the directions that docs/architecture.md draws', () => {
    const wrong = (...args: Parameters<typeof module>) =>
      checks.wrongDirections([module(...args)], ROOMS)

    it('everywhere', () => {
      expect(checks.wrongDirections(shipped, ROOMS)).to.deep.equal([])
    })

    const offences: readonly (readonly [file: string, line: string, said: string])[] = [
      ['lib/beat.ts', "import { messageOf } from './errors.ts'", 'lib/errors.ts'],
      ['lib/errors.ts', "import { backoff } from './backoff.ts'", 'lib/backoff.ts'],
      [
        'lib/seccomp/policy/a.ts',
        "import type { A } from '../compiler/a.ts'",
        'types of lib/seccomp/compiler/a.ts',
      ],
      ['lib/seccomp/kernel/a.ts', "import { a } from '../../addon.ts'", 'lib/addon.ts'],
      [
        'lib/agent/process/a.ts',
        "import type { A } from '../beats/a.ts'",
        'types of lib/agent/beats/a.ts',
      ],
      ['lib/agent/process/a.ts', "import { a } from '../configure.ts'", 'lib/agent/configure.ts'],
      [
        'lib/agent/plugins/a.ts',
        "export { a } from '../reload/reload.ts'",
        'lib/agent/reload/reload.ts',
      ],
      [
        'lib/agent/beats/a.ts',
        "const { a } = await import('../reload/a.ts')",
        'lib/agent/reload/a.ts',
      ],
      ['lib/cli/a.ts', "import '../testing/index.ts'", 'lib/testing/index.ts'],
      ['lib/pipeline/a.ts', "import { parse } from 'yaml'", 'yaml'],
      ['beats/x/index.ts', "import { A } from '../../lib/beat.ts'", 'lib/beat.ts'],
      [
        'packages/kafka/src/a.ts',
        "import { a } from '../../../lib/outputs/lines.ts'",
        'lib/outputs/lines.ts',
      ],
    ]
    for (const [file, line, said] of offences) {
      it(`${file} may not import ${said}`, () => {
        expect(wrong(file, line)).to.deep.equal([`${file} imports ${said}`])
      })
    }

    it('a file is in a room', () => {
      expect(wrong('lib/new.ts', '')).to.deep.equal(['lib/new.ts is in no room'])
    })
  })

  describe('nothing imports itself by way of others', () => {
    it('nowhere, types included', () => {
      expect(checks.circles(modules, RELATED)).to.deep.equal([])
    })

    it('late imports aside, and types of what is related', () => {
      const a = module('lib/x/a.ts', "import { b } from './b.ts'")
      const b = module('lib/x/b.ts', "import type { C } from '../c.ts'")
      const c = (line: string) => module('lib/c.ts', line)
      expect(checks.circles([a, b, c("export { a } from './x/a.ts'")])).to.deep.equal([
        'lib/x/a.ts → lib/x/b.ts → lib/c.ts → lib/x/a.ts',
      ])
      expect(checks.circles([a, b, c("export { a } from './x/a.ts'")], /^lib\//)).to.deep.equal([])
      expect(checks.circles([a, b, c("const a = () => import('./x/a.ts')")])).to.deep.equal([])
    })
  })

  describe('what is exported is imported', () => {
    const isEntry = (name: string) => ENTRIES.some(entry => entry.test(name))
    const unused = checks.unusedExports(modules, file => /^(lib|beats|packages|tools)\//.test(file))

    it('everywhere, entry points aside', () => {
      expect(unused.filter(name => !isEntry(name))).to.deep.equal([])
    })

    it('from another file, and by its name', () => {
      const a = module('lib/a.ts', 'export const used = 1', 'export function unused() {}')
      const of = (...lines: readonly string[]) =>
        checks.unusedExports([a, module('test/b.ts', ...lines)], file => file === 'lib/a.ts')
      expect(of('')).to.deep.equal(['lib/a.ts: used', 'lib/a.ts: unused'])
      for (const line of [
        "import { used } from '../lib/a.ts'",
        "import { x, type used as y } from '../lib/a.ts'",
        "export { used as z } from '../lib/a.ts'",
        "  const { used: u } = await import('../lib/a.ts')",
        "  (await import('../lib/a.ts')).used()",
      ]) {
        expect(of(line), line).to.deep.equal(['lib/a.ts: unused'])
      }
      expect(of("import * as a from '../lib/a.ts'")).to.deep.equal([])
      expect(of('/*', "import { used } from '../lib/a.ts'", '*/')).to.have.length(2)
      expect(of('const program = `', "import { used } from '../lib/a.ts'", '`')).to.have.length(2)
    })
  })

  it('no file has over 300 lines', () => {
    const written = modules.filter(({ file }) => !GENERATED.test(file))
    expect(checks.longFiles(written, 300)).to.deep.equal([])
    const long = module('lib/a.ts', ...Array<string>(301).fill(''))
    expect(checks.longFiles([long], 300)).to.deep.equal(['lib/a.ts: 301'])
  })

  it('there is no room without a subject', () => {
    expect(checks.withoutSubject(files)).to.deep.equal([])
    const named = ['lib/utils.ts', 'lib/helpers/a.ts', 'test/common/a.ts', 'lib/subtypes.ts']
    expect(checks.withoutSubject(named)).to.deep.equal(named.slice(0, 3))
  })

  describe('what the checks read', () => {
    it('are all imports: their files and names exist', () => {
      const exported = new Map(modules.map(({ file, exports }) => [file, exports]))
      const odd = modules.flatMap(({ file, imports }) =>
        imports
          .filter(({ from }) => /^(beats|bench|lib|packages|test|tools)\//.test(from))
          .flatMap(({ from, names }) => names.map(name => ({ from, name })))
          .filter(({ from, name }) => name !== '*' && !exported.get(from)?.includes(name))
          .map(({ from, name }) => `${file}: ${name} of ${from}`),
      )
      expect(odd).to.deep.equal([])
    })

    it('are as many import statements as there are', () => {
      const text = `import a, { type b, c as d } from './x.ts'
import type {
  E, // "from" './y.ts'
} from '../y.ts'
import * as f from 'f'
import './g.ts'
const text = \`\${\`\`}
import h from './h.ts'
\`
const regex = /\`'/
export type { I } from './i.ts'
export default class {}
export async function* j() {}
`
      const { imports, exports } = parseModule({ file: 'lib/z/a.ts', text })
      expect(imports).to.deep.equal([
        { from: 'lib/z/x.ts', names: ['default', 'b', 'c'], kind: 'value' },
        { from: 'lib/y.ts', names: ['E'], kind: 'type' },
        { from: 'f', names: ['*'], kind: 'value' },
        { from: 'lib/z/i.ts', names: ['I'], kind: 'type' },
        { from: 'lib/z/g.ts', names: [], kind: 'value' },
      ])
      expect(exports).to.deep.equal(['default', 'j', 'I'])
    })
  })
})
