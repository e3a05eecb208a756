import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Source {
  readonly file: string
  readonly lines: number
  /** Of own files: their path from the root; of others: the specifier. Types included. */
  readonly imports: readonly string[]
}

/**
 * Who may import what; the first row that fits a file is its rule. `lib/seccomp` could be published
 * alone tomorrow, a beat is what anybody could have written, and the contracts know nobody.
 */
const RULES: readonly (readonly [files: RegExp, allowed: RegExp])[] = [
  [
    /^lib\/(errors(-of-system)?|addon|suggest|own-package|backoff|settled)\.ts$/,
    /^lib\/(errors|own-package)\.ts$|^fastest-levenshtein$/,
  ],
  [/^lib\/(beat|output)\.ts$/, /^(convict|pino)$|^lib\/beat\.ts$/],
  [
    /^lib\/seccomp\/(kernel\/(kernel|restart|denials)|record\/(native|recorded-process))\.ts$/,
    /^lib\/(seccomp\/|errors|addon)/,
  ],
  [/^lib\/seccomp\//, /^lib\/(seccomp\/|errors|suggest)/],
  [/^lib\/audit\//, /^lib\/(audit\/|errors|addon)/],
  [/^lib\/config\//, /^lib\/(config\/|seccomp\/policy\/section|errors|suggest)|^(yaml|convict)$/],
  [/^lib\/pipeline\//, /^lib\/(pipeline\/|config\/config|beat|output|errors)|^pino$/],
  [
    /^lib\/outputs\//,
    /^lib\/(outputs\/|config\/schema\/(formats|file-mode|bytes|duration)|output|errors)|^(convict|pino)$/,
  ],
  [/^lib\/log\//, /^lib\/(log\/|config\/config|outputs\/file\/rotat|errors)|^pino$/],
  [
    /^lib\/testing\//,
    /^lib\/(testing\/|config\/|seccomp\/architectures\/architecture|agent\/plugins\/(privilege-)?shape|index|beat|output|errors|suggest)|^(convict|pino)$/,
  ],
  [/^lib\/agent\//, /^lib\/(?!cli|testing)|^(pino|convict|import-meta-resolve)$/],
  [/^lib\/packaging\//, /^lib\/(?!cli|testing)/],
  [/^lib\/index\.ts$/, /^lib\//],
  [/^lib\/cli\//, /^lib\/(?!testing)/],
  [/^beats\//, /^sealbeat(\/(audit|seccomp|testing))?$|^beats\/|^(chai|fast-check|pino)$/],
]

function walk(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : path.endsWith('.ts') ? [path] : []
  })
}

function read(file: string): Source {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const found = text.matchAll(/(?:\bfrom\s+|^import\s+|\bimport\()'([^']+)'/gm)
  const imports = Array.from(found, ([, name = '']) =>
    name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), name)) : name,
  )
  return { file, lines: text.split('\n').length - 1, imports }
}

const GENERATED = /^lib\/seccomp\/architectures\/(tables|defaults|errno)/

describe('the shape of the code', () => {
  const sources = ['lib', 'beats'].flatMap(walk).map(read)

  it('imports go in the direction that docs/architecture.md draws', () => {
    const wrong = sources.flatMap(({ file, imports }) => {
      const allowed = RULES.find(([files]) => files.test(file))?.[1]
      return imports
        .filter(name => !name.startsWith('node:') && !(allowed?.test(name) ?? false))
        .map(name => `${file} imports ${name}`)
    })
    expect(wrong).to.deep.equal([])
  })

  it('files are small: none over 300 lines, half of them under 90', () => {
    const sizes = sources.filter(({ file }) => !GENERATED.test(file)).map(({ lines }) => lines)
    expect(Math.max(...sizes)).to.be.at.most(300)
    expect(sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)]).to.be.below(90)
  })

  it('has no room without a subject', () => {
    const rooms = sources.filter(({ file }) =>
      /(^|\/)(utils?|helpers?|common|misc|types)(\.ts|\/)/.test(file),
    )
    expect(rooms.map(({ file }) => file)).to.deep.equal([])
  })
})
