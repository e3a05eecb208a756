// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseConfig } from '../../../lib/config/parse.ts'
import { duration } from '../../../lib/config/schema/duration.ts'
import { listOf, oneOf } from '../../../lib/config/schema/formats.ts'
import { parseSection } from '../../../lib/config/schema/section.ts'
import { Secrets } from '../../../lib/config/source/secrets.ts'
import { formatProblem } from '../../../lib/errors.ts'
import { documentOf, shorten } from '../written.ts'

const NOTE = ' (it comes from a credential, which is always text and never shown)'
const LEAST = 'beats: [{ type: host }]\noutput.console:\n'

describe('config: what came from a credential is not shown', () => {
  const env = { CREDENTIALS_DIRECTORY: '' }
  before(() => {
    env.CREDENTIALS_DIRECTORY = mkdtempSync(join(tmpdir(), 'sealbeat-credentials-'))
    // One letter off a word that would be suggested; long enough to be shortened; short.
    const files = { near: 'inof', long: 'x'.repeat(100), id: 'a' }
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(env.CREDENTIALS_DIRECTORY, name), value)
    }
  })
  after(() => rmSync(env.CREDENTIALS_DIRECTORY, { recursive: true }))

  const problemsOf = (text: string, overrides: readonly string[] = []) =>
    parseConfig(documentOf(text, { env, overrides })).problems.problems.map(problem =>
      shorten(formatProblem(problem)),
    )

  const MISPLACED = 'must not come from a credential: it is shown in the log and by commands'
  const rows: readonly (readonly [text: string, ...problems: string[]])[] = [
    [
      `${LEAST}logging.level: \${credential:near}`,
      `0.yml:3:1: logging.level: must be one of fatal, error, warning, info, debug${NOTE}`,
    ],
    [
      `${LEAST}shutdown_timeout: "\${credential:long}"`,
      `0.yml:3:1: shutdown_timeout: must be a duration from 1ms to 24d20h, such as 10s or 1m30s${NOTE}`,
    ],
    [
      `${LEAST}logging: \${credential:near}`,
      `0.yml:3:1: logging: must be a map, written as key: value${NOTE}`,
    ],
    [`${LEAST}nmae: \${credential:near}`, '0.yml:3:1: nmae: unknown key (did you mean "name"?)'],
    [
      'beats:\n- ${credential:near}\noutput.console: ${credential:near}',
      `0.yml:2:3: beats[0]: must be a map such as { type: host }${NOTE}`,
      `0.yml:3:1: output.console: must be a map of its settings, such as {}${NOTE}`,
    ],
    [
      'beats: [{ type: host }]\noutput.console.enabled: ${credential:near}',
      `0.yml:2:1: output.console.enabled: must be true or false${NOTE}`,
    ],
    [
      `${LEAST}seccomp: { default_action: "\${credential:near}", syscalls: [{ action: allow, names: ["\${credential:near}"] }] }`,
      `0.yml:3:12: seccomp.default_action: ${MISPLACED}`,
      `0.yml:3:12: seccomp.default_action: is not valid${NOTE}`,
      `0.yml:3:86: seccomp.syscalls[0].names[0]: ${MISPLACED}`,
    ],
    [
      'output.console:\nbeats:\n- type: "${credential:near}"\n- { type: host, id: "${credential:id}" }\n- { type: host, id: "${credential:id}" }',
      `0.yml:3:3: beats[0].type: ${MISPLACED}`,
      `0.yml:4:17: beats[1].id: ${MISPLACED}`,
      `0.yml:5:17: beats[2].id: ${MISPLACED}`,
      `0.yml:5:17: beats[2].id: is not valid${NOTE}`,
    ],
    [
      `output.console:
beats:
- { type: host, processors: [{ if: {}, then: [{ a: { type: "\${credential:near}" } }] }] }
processors:
- { if: {}, then: { if: {}, then: [], else: [{ b: { type: "\${credential:near}" } }] } }
- { if: {}, then: { c: { type: "\${credential:near}", then.type: "\${credential:near}" } } }`,
      `0.yml:3:54: beats[0].processors[0].then[0].a.type: ${MISPLACED}`,
      `0.yml:5:53: processors[0].then.else[0].b.type: ${MISPLACED}`,
      `0.yml:6:26: processors[1].then.c.type: ${MISPLACED}`,
    ],
    [
      'beats:\n- { type: host, processors: [{ a: { type: "${credential:near}" } }] }\noutput.main: { type: "${credential:near}" }\nprocessors: [{ b: { type: "${credential:near}" } }]',
      `0.yml:2:37: beats[0].processors[0].a.type: ${MISPLACED}`,
      `0.yml:3:16: output.main.type: ${MISPLACED}`,
      `0.yml:4:21: processors[0].b.type: ${MISPLACED}`,
    ],
    // Problems of other settings are reported as usual.
    [
      'beats: [{ type: host, enabled: false }]\noutput: { file.path: "${credential:near}", console: {} }',
      '0.yml:1:1: beats: no beat is enabled; the agent needs one, such as beats: [{ type: host }]',
      '0.yml:2:44: output.console: only one output may be enabled, and file already is',
    ],
  ]
  for (const [text, ...problems] of rows) {
    it(problems.at(-1) ?? '', () => expect(problemsOf(text)).to.deep.equal(problems))
  }

  it('neither by -E', () => {
    expect(problemsOf(LEAST, ['logging.level=${credential:near}'])).to.deep.equal([
      `-E logging.level: logging.level: must be one of fatal, error, warning, info, debug${NOTE}`,
    ])
  })

  it("neither by a plugin's schema, whatever its formats say", () => {
    const talkative = (value: unknown): void => {
      throw new Error(`got ${JSON.stringify(value)}`)
    }
    const text = `${LEAST}fields:
  period: \${credential:near}
  sets: [cpu, "\${credential:near}"]
  own: \${credential:id}
  map: { deep: [{ password: "\${credential:long}" }] }
  other: inof
`
    const document = documentOf(text, { env })
    const { config, problems } = parseConfig(document)
    const schema = {
      period: { format: duration, default: 1 },
      sets: { format: listOf(oneOf(['cpu', 'info'])), default: [] },
      own: { format: talkative, default: '' },
      map: { format: talkative, default: {} },
      other: { format: oneOf(['info']), default: 'info' },
    }
    parseSection(schema, { path: ['fields'], value: { ...config.fields } }, problems.report)
    expect(problems.problems.map(({ message }) => message)).to.deep.equal([
      `${duration.expected}${NOTE}`,
      `must be one of cpu, info${NOTE}`,
      `is not valid${NOTE}`,
      'is not valid',
      // Not from a credential, but the same text as in one.
      'must be one of info, not "[redacted]" (did you mean "info"?)',
    ])
  })

  it('is text, and works', () => {
    const { config, problems } = parseConfig(
      documentOf(`${LEAST}name: me-\${credential:id}\nfields.a: \${credential:id}`, { env }),
    )
    expect(problems.problems).to.deep.equal([])
    expect(config).to.deep.include({ name: 'me-a', fields: { a: 'a' } })
  })

  it('is found by its path, and so is what it is in', () => {
    const secrets = new Secrets(
      [
        ['a', 'b', 0],
        ['a', 'c'],
      ],
      ['abcd'],
    )
    const wordsAt = (...path: (string | number)[]) => secrets.wordsAt(path, 'is abcd', 'unseen')
    for (const path of [
      ['a', 'b', 0],
      ['a', 'c'],
    ]) {
      expect(wordsAt(...path)).to.equal(`unseen${NOTE}`)
    }
    for (const path of [['a'], ['a', 'b'], []]) expect(wordsAt(...path)).to.equal('unseen')
    for (const path of [['b'], ['a', 'b', 1], ['a', 'b', '0'], ['a', 'c', 'd'], ['c']]) {
      expect(wordsAt(...path)).to.equal('is [redacted]')
    }
    expect(secrets.wordsAt(['a'], 'is abcd')).to.equal('is [redacted]')
    expect(secrets.wordsAt(['a', 'c'], 'unseen', 'unseen')).to.equal('unseen')
    expect(secrets.wordsAt(['a', 'c'], 'is abcd')).to.equal(`is not valid${NOTE}`)
  })

  it('is hidden in any text, however it is quoted, the longest first, but for what is no secret', () => {
    const secrets = new Secrets([], ['abcd', 'abcdef', 'say "hi"', 'abc'])
    expect(secrets.hide(`abcdef abcd abc ${JSON.stringify('say "hi"')} say "hi"`)).to.equal(
      '[redacted] [redacted] abc "[redacted]" [redacted]',
    )
    // Two that overlap, and what only begins as one.
    const more = new Secrets([], ['12345', '34567', 'wxyz', 'aaaa', 'tab\there'])
    expect(more.hide('1234567 wxy wxyzwxyz aaaaa')).to.equal(
      '[redacted] wxy [redacted][redacted] [redacted]',
    )
    expect(more.hide(JSON.stringify(['tab\there']))).to.equal('["[redacted]"]')
    expect(more.hide('xyz')).to.equal('xyz')
    expect(new Secrets([], []).hide('abcd')).to.equal('abcd')
    const error = new Error('no abcd')
    expect(() => secrets.rethrow(error)).to.throw('no [redacted]')
    expect(error.stack).not.to.contain('abcd')
  })
})
