import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { outputSchema } from '../../lib/config/delivery.ts'
import { parseConfig } from '../../lib/config/parse.ts'
import { formatOf, isMap, type Leaf, leavesOf } from '../../lib/config/schema/leaf.ts'
import { agentSchema, beatSchema } from '../../lib/config/sections.ts'
import { type ConfigDocument, readDocument } from '../../lib/config/source/document.ts'
import { formatPath, type Path } from '../../lib/errors.ts'
import { parseSeccompSection } from '../../lib/seccomp/policy/section.ts'

const FILE = 'config/beat.yml'
// The permissions in a checkout depend on git and umask.
const source = { files: [FILE], overrides: [], env: {}, strictPerms: false }
const lines = readFileSync(FILE, 'utf8').split('\n')

/** The comment directly above a line, joined into one line. */
function commentAbove(line: number): string {
  const above: string[] = []
  for (let at = line - 2; /^\s*#/.test(lines[at] ?? ''); at -= 1) above.unshift(lines[at] ?? '')
  return above.map(text => text.replace(/^\s*#\s?/, '')).join(' ')
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, key) => (isMap(here) || Array.isArray(here) ? Reflect.get(here, key) : undefined),
    value,
  )
}

/** Tests that the reference contains a leaf: its default as the value, and its doc as the comment above. */
function holds(document: ConfigDocument, path: Path, leaf: Leaf): void {
  it(formatPath(path), () => {
    expect(commentAbove(document.find(path)?.line ?? 0)).to.equal(leaf.doc)
    if (leaf.elsewhere === true || leaf.default === null) return
    expect(formatOf(leaf).parse(valueAt(document.value, path))).to.deep.equal(leaf.default)
  })
}

/** Where the console differs from the framework. */
const CONSOLE = {
  type: { ...Object(outputSchema.type), default: 'console' },
  timeout: { ...Object(outputSchema.timeout), default: 0 },
}

describe(FILE, () => {
  const document = readDocument(source)
  for (const [path, leaf] of leavesOf({ ...agentSchema })) holds(document, path, leaf)
  for (const [path, leaf] of leavesOf({ ...beatSchema }, ['beats', 0])) holds(document, path, leaf)
  const ofConsole = { ...outputSchema, ...CONSOLE }
  for (const [path, leaf] of leavesOf(ofConsole, ['output', 'console'])) holds(document, path, leaf)

  it('has every setting documented', () => {
    const schemas = [agentSchema, beatSchema, outputSchema].map(schema => ({ ...schema }))
    const leaves = schemas.flatMap(schema => leavesOf(schema))
    expect(leaves.filter(([, { doc }]) => !doc)).to.deep.equal([])
  })

  it('holds nothing else', () => {
    const { config, problems } = parseConfig(document)
    expect(problems.problems).to.deep.equal([])
    expect(config.beats.map(({ type }) => type)).to.deep.equal(['host'])
    expect(config.output.type).to.equal('console')
  })

  it('shows the defaults of seccomp', () => {
    const parse = (value: unknown) =>
      parseSeccompSection(
        value,
        (_path, message) => expect.fail(message),
        () => FILE,
      )
    expect(parse(document.value.seccomp)).to.deep.equal(parse({}))
  })

  it('says the same as no settings at all', () => {
    const least = ['beats=[{ type: host }]', 'output.console={}']
    const { config: bare } = parseConfig(readDocument({ files: [], overrides: least, env: {} }))
    const { config } = parseConfig(document)
    const shared = ({ beats, output, path, ...rest }: typeof config) => rest
    expect(shared(config)).to.deep.equal(shared(bare))
  })
})

describe('config/beat.example.yml', () => {
  it('is sound', () => {
    const { config, problems } = parseConfig(
      readDocument({ ...source, files: ['config/beat.example.yml'] }),
    )
    expect(problems.problems).to.deep.equal([])
    expect(config.seccomp).to.include({ enabled: true })
  })
})
