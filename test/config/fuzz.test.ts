// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import fc from 'fast-check'
import { parseConfig } from '../../lib/config/parse.ts'
import { parseSection } from '../../lib/config/schema/section.ts'
import { agentSchema } from '../../lib/config/sections.ts'
import { type ConfigSource, readDocument } from '../../lib/config/source/document.ts'
import { AgentError } from '../../lib/errors.ts'
import { withFiles } from './written.ts'

/** Whether a source is accepted. Any thrown error must be an AgentError with problems. */
function accepted(source: Omit<ConfigSource, 'files'>, ...contents: readonly string[]): boolean {
  try {
    withFiles(contents, files => {
      parseConfig(readDocument({ ...source, files })).problems.throwIfAny()
    })
    return true
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown
    expect(thrown.code).to.equal('CONFIG_INVALID')
    expect(thrown.problems).not.to.deep.equal([])
    return false
  }
}

const token = fc.constantFrom(
  ...'beats output console queue.mem.events seccomp enabled logging level path fields tags type host'.split(
    ' ',
  ),
  ...': |:|- |\n|\n  |\n- |{|}|[|]|, |"|\'|&a |*a|<<: |# |? |! |!!map |--- |%YAML 1.1\n|\t|${A}|${|$${|}|0x1|1e9|~|__proto__|.|| >-\n'.split(
    '|',
  ),
)
const soup = fc.array(token, { maxLength: 40 }).map(tokens => tokens.join(''))
const key = fc.oneof(
  fc.constantFrom(
    ...Object.keys(agentSchema),
    'mem',
    'events',
    'flush',
    'files',
    'type',
    'id',
    'console',
    '__proto__',
    'constructor',
  ),
  fc.string({ maxLength: 5 }),
)
const { tree: structure } = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('1s', '${A}', '0600', 'info'),
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
  ),
}))

describe('config: fuzzed', () => {
  const env = { A: 'x: 1' }

  it('meets any text with an AgentError at worst', () => {
    fc.assert(
      fc.property(
        fc.oneof(soup, fc.string({ unit: 'binary' })),
        fc.array(soup, { maxLength: 2 }),
        (text, overrides) => {
          accepted({ overrides, env }, text)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('meets any structure with an AgentError at worst', () => {
    fc.assert(
      fc.property(fc.dictionary(key, structure), fc.dictionary(key, structure), (one, two) => {
        accepted({ overrides: [], env }, JSON.stringify(one), JSON.stringify(two))
      }),
      { numRuns: 300 },
    )
  })

  it('meets any section with problems or settings, never with an exception', () => {
    fc.assert(
      fc.property(fc.dictionary(key, structure), value => {
        let problems = 0
        const settings = parseSection(agentSchema, { path: [], value }, () => {
          problems += 1
        })
        expect(settings === undefined).to.equal(problems > 0)
      }),
      { numRuns: 500 },
    )
  })

  it('lets no value of the environment become more than a scalar', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), A => {
        withFiles(['a: ${A}\nb: "${A}"\nc: x${A}y'], files => {
          const { value, findings } = readDocument({ files, overrides: [], env: { A } })
          expect(findings).to.deep.equal([])
          expect(Object.keys(value)).to.deep.equal(['a', 'b', 'c'])
          expect(value.b).to.equal(A)
          expect(value.c).to.equal(`x${A}y`)
          expect(value.a).to.be.oneOf([A, Number(A), A.toLowerCase() === 'true'])
        })
      }),
    )
  })

  it('accepts what is sound, so that the others are known to reach the end', () => {
    expect(
      accepted({ overrides: [], env }, 'beats: [{ type: host }]\noutput.console: {}'),
    ).to.equal(true)
  })
})
