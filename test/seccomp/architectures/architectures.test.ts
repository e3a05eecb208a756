import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { parse } from 'yaml'
import {
  ARCHITECTURES,
  architectureOf,
  loadArchitecture,
  recordOf,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { MACHINES, machineOf } from '../../../tools/live/machines.ts'
import { kernelHeaders } from './kernel-headers.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const RECORDS = ARCHITECTURES.map(recordOf)

describe('records of architectures', () => {
  it('have the numbers and the names of linux/audit.h', async function () {
    this.timeout(240_000)
    const { headers } = await kernelHeaders(this)
    const asserts = RECORDS.map(({ audit, bits, endian, names }) => {
      const macro = `AUDIT_ARCH_${names.audit.toUpperCase()}`
      const flags = [bits === 64 && '__AUDIT_ARCH_64BIT', endian === 'little' && '__AUDIT_ARCH_LE']
      const set = flags.filter(flag => flag !== false).join(' | ')
      const both = '(__AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)'
      return `_Static_assert(${macro} == ${audit}u && (${macro} & ${both}) == (${set}), "${macro}");\n`
    })
    const folder = join(headers.folder, 'usr/include')
    // The header includes asm/types.h, which is the same everywhere.
    const asm = join(headers.folder, 'usr/lib/linux/uapi/x86')
    const args = ['-fsyntax-only', '-nostdinc', '-isystem', asm, '-isystem', folder, '-xc', '-']
    execFileSync('gcc', args, { input: `#include <linux/audit.h>\n${asserts.join('')}` })
  })

  it('load the table and the default policy of their own architecture', async () => {
    for (const name of ARCHITECTURES) {
      expect((await loadArchitecture(name)).table.architecture).to.equal(name)
      const policy = await recordOf(name).policy?.()
      if (!policy) continue
      const { seccomp } = parse(readFileSync(join(ROOT, `config/seccomp/${name}.yml`), 'utf8'))
      expect(policy.section, name).to.deep.equal(seccomp)
    }
  })

  it('never share a name', () => {
    for (const key of ['node', 'debian', 'rpm', 'scmp', 'native', 'audit', 'gnu'] as const) {
      const names = RECORDS.map(record => record.names[key])
      expect(new Set(names).size, key).to.equal(names.length)
    }
  })

  it('are found by what Node says of its machine', () => {
    expect(architectureOf('x64', 'LE')).to.equal('amd64')
    expect(architectureOf('ia32', 'LE')).to.equal('386')
    expect(architectureOf('ppc64', 'LE')).to.equal('ppc64le')
    expect(architectureOf('ppc64', 'BE')).to.equal(undefined)
    expect(architectureOf('s390x', 'BE')).to.equal('s390x')
    expect(architectureOf('vax', 'LE')).to.equal(undefined)
  })

  it('include all that have ever had a default policy', () => {
    const before = ['amd64', '386', 'arm64', 'arm', 'riscv64', 'ppc64le', 's390x', 'loong64']
    const now = RECORDS.filter(({ policy }) => policy).map(({ name }) => name)
    expect(now).to.include.members(before)
  })

  it('are bundled into one module each, so that a start reads one', () => {
    const files = readdirSync(join(ROOT, 'dist/bundle')).filter(file => file.endsWith('.js'))
    for (const { name, policy } of RECORDS) {
      const [file = '', ...others] = files.filter(each => each.startsWith(`${name}-`))
      expect(others, name).to.deep.equal([])
      const exported = /export \{([^}]*)\};/.exec(
        readFileSync(join(ROOT, 'dist/bundle', file), 'utf8'),
      )
      const names = exported?.[1]?.split(',').map(each => each.trim())
      expect(names, name).to.have.members(policy ? ['section', 'table'] : ['table'])
    }
  })

  it('have a compiler in .ci/packages where a machine brings none of its own', () => {
    const packages = readFileSync(join(ROOT, '.ci/packages'), 'utf8')
    for (const { toolbox, triplet } of MACHINES.map(machineOf)) {
      if (!toolbox) expect(packages).to.match(new RegExp(`^ +g\\+\\+-${triplet}$`, 'm'))
    }
  })
})

/** Files that no record, table or policy is in. Tests may state by hand what they expect. */
const SOURCES = ['Makefile', ...['lib', 'beats', 'tools', 'bench'].flatMap(walk)]

function walk(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => join(folder, file))
    .filter(file => !file.startsWith('lib/seccomp/architectures/'))
}

/** Where names may be written by hand. */
const BY_HAND: readonly (readonly [file: RegExp, words: RegExp])[] = [
  [/^tools\/live\/machines\.ts$/, /[\s\S]+/], // emulators, kernels and compilers
  [/^tools\/policy\//, /'[^'\n]* [^'\n]*'/g], // sentences: why a policy allows a call
  [/^Makefile$/, /##.*|\blive-amd64\b/g], // help, and the machine that it runs on
]

const NAMES = new Set(RECORDS.flatMap(({ name, names }) => [name, ...Object.values(names)]))
/** A name as a word of its own, but not as the record that is imported: `amd64.name`. */
const NAME = new RegExp(`(?<![\\w#])(${[...NAMES].join('|')})(?!\\w|\\.(?:name|headers)\\b)`, 'g')

function namesIn(file: string, text: string): readonly string[] {
  const code = text
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/^import [^']*? from '[^']*'$/gm, '')
  const rows = BY_HAND.filter(([files]) => files.test(file))
  const rest = rows.reduce((left, [, words]) => left.replace(words, ''), code)
  return Array.from(rest.matchAll(NAME), ([name]) => `${file}: ${name}`)
}

describe('names of architectures', () => {
  it('are written by hand in the records alone', () => {
    expect(SOURCES.length).to.be.above(300)
    const found = SOURCES.flatMap(file => namesIn(file, readFileSync(join(ROOT, file), 'utf8')))
    expect(found).to.deep.equal([])
  })

  const WRITTEN: readonly (readonly [file: string, text: string])[] = [
    ['lib/a.ts', "const NAMES = ['loong64']"],
    ['lib/a.ts', "  loong64: 'x',"],
    ['lib/a.ts', 'run(`g++-loongarch64-linux-gnu`)'],
    ['tools/policy/a.ts', "  only: ['s390x'],"],
    ['Makefile', 'LIVE := live-loong64 live-amd64'],
  ]
  for (const [file, text] of WRITTEN) {
    it(`would be seen in ${file}: ${text.trim()}`, () => {
      expect(namesIn(file, text)).to.have.length(1)
    })
  }

  it('are not looked for in comments, imports and identifiers', () => {
    const text =
      "// loong64\n  /** On loong64. */\nimport { a } from './loong64.ts'\nload(amd64.name) // arm\nthis.#arm()\n"
    expect(namesIn('lib/a.ts', text)).to.deep.equal([])
  })
})
