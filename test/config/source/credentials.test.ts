// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readCredential } from '../../../lib/config/source/credentials.ts'
import type { ScalarTree } from '../../../lib/config/source/tree.ts'
import { expandScalar } from '../../../lib/config/source/variables.ts'

const HINT = 'add LoadCredential=db:/path/to/file to the unit'
const NOT_UTF8 = Buffer.from([0x68, 0xff])

/** A folder of credentials like systemd's, for the tests of the surrounding `describe`. */
function credentialsFolder(files: Readonly<Record<string, string | Buffer>>) {
  const env = { CREDENTIALS_DIRECTORY: '', A: 'x', N: '7' }
  before(() => {
    env.CREDENTIALS_DIRECTORY = mkdtempSync(join(tmpdir(), 'sealbeat-credentials-'))
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(env.CREDENTIALS_DIRECTORY, name), value)
    }
  })
  after(() => rmSync(env.CREDENTIALS_DIRECTORY, { recursive: true }))
  return env
}

describe('config: a credential', () => {
  const env = credentialsFolder({
    plain: 'hunter2',
    line: 'hunter2\n',
    windows: 'hunter2\r\n',
    lines: '\nhunter2\n\n',
    'a name-1.5': '\ufeffü',
    empty: '',
    newline: '\n',
    odd: NOT_UTF8,
    most: 'x'.repeat(1024 * 1024),
    more: 'x'.repeat(1024 * 1024 + 1),
  })

  const values: readonly (readonly [name: string, value: string])[] = [
    ['plain', 'hunter2'],
    ['line', 'hunter2'],
    ['windows', 'hunter2'],
    ['lines', '\nhunter2\n'],
    ['a name-1.5', '\ufeffü'],
    ['most', 'x'.repeat(1024 * 1024)],
  ]
  for (const [name, value] of values) {
    it(`is what the file ${name} holds`, () => {
      expect(readCredential(name, env)).to.deep.equal({ value })
    })
  }

  const wrong: readonly (readonly [name: string, problem: RegExp])[] = [
    ['', /^"" is not a valid name of a credential$/],
    ['.', /^"\." is not a valid name/],
    ['..', /^"\.\." is not a valid name/],
    ['../etc/passwd', /^"\.\.\/etc\/passwd" is not a valid name/],
    ['/etc/passwd', /is not a valid name/],
    ['a\nb', /^"a\\nb" is not a valid name/],
    ['ü', /is not a valid name/],
    ['x'.repeat(256), /is not a valid name/],
    ['x'.repeat(255), /^no credential "x+" \(available: a name-1\.5, empty, line, /],
    ['empty', /^the credential "empty" is empty$/],
    ['newline', /^the credential "newline" is empty$/],
    ['odd', /^the credential "odd" is not UTF-8 text$/],
    [
      'more',
      /^the credential "more" is too large: 1048577 bytes, and at most 1048576 are allowed$/,
    ],
  ]
  for (const [name, problem] of wrong) {
    it(`${JSON.stringify(name.slice(0, 20))}: ${problem}`, () => {
      expect(readCredential(name, env)).to.have.property('problem').that.matches(problem)
    })
  }

  it('is not there: says which are, by their names', () => {
    const folder = join(env.CREDENTIALS_DIRECTORY, 'other')
    const read = () => readCredential('db', { CREDENTIALS_DIRECTORY: folder })
    const missing = (why: string) => ({ problem: `no credential "db" (${why})`, hint: HINT })
    expect(read()).to.deep.equal(missing("$CREDENTIALS_DIRECTORY can't be read: ENOENT"))
    mkdirSync(folder)
    expect(read()).to.deep.equal(missing('none available'))
    for (let n = 10; n < 30; n++) writeFileSync(join(folder, `c${n}`), 'secret')
    expect(read())
      .to.have.property('problem')
      .that.matches(/available: c10, .*, c29\)$/)
    writeFileSync(join(folder, 'c30'), 'secret')
    expect(read())
      .to.have.property('problem')
      .that.matches(/available: c10, .*, c29, …\)$/)
    mkdirSync(join(folder, 'db'))
    expect(read()).to.have.property('problem').that.contains('is a directory')
  })

  it('is not there, as nobody hands any over', () => {
    const problem = 'no credential "db": $CREDENTIALS_DIRECTORY is not set'
    for (const unset of [{}, { CREDENTIALS_DIRECTORY: '' }]) {
      expect(readCredential('db', unset)).to.deep.equal({ problem, hint: HINT })
    }
  })
})

describe('config: ${credential:NAME}', () => {
  const env = credentialsFolder({ pw: 'hunter2\n', number: '42', yes: 'true', brace: '}${A}' })

  function expand(value: string, plain = true) {
    const messages: string[] = []
    const scalar: ScalarTree = { kind: 'scalar', at: { name: 'x', source: 0 }, value, plain }
    const { secrets = [], ...rest } = expandScalar(scalar, env, message => messages.push(message))
    return { value: rest.value, secrets, messages }
  }

  const rows: readonly (readonly [text: string, value: string | number, ...secrets: string[]])[] = [
    ['${credential:pw}', 'hunter2', 'hunter2'],
    ['me:${credential:pw}@${A}', 'me:hunter2@x', 'hunter2'],
    ['${credential:pw}${credential:number}', 'hunter242', 'hunter2', '42'],
    ['${credential:number}', '42', '42'],
    ['${credential:yes}', 'true', 'true'],
    ['${credential:brace}', '}${A}', '}${A}'],
    ['${credential:pw:?unused}', 'hunter2', 'hunter2'],
    ['${NO:${credential:pw}}', 'hunter2', 'hunter2'],
    ['${credential:pw}${NO:${credential:number}}', 'hunter242', 'hunter2', '42'],
    ['${NO:${NO:${credential:number}}}', '42', '42'],
    ['${N:${credential:pw}}', 7],
    ['${N:${credential:none}}', 7],
    ['$${credential:pw}', '${credential:pw}'],
    ['${credentials:x}', 'x'],
  ]
  for (const [text, value, ...secrets] of rows) {
    it(text, () => expect(expand(text)).to.deep.equal({ value, secrets, messages: [] }))
  }

  const FORM =
    'a credential must be written as ${credential:NAME} or ${credential:NAME:?message}, and takes no default'
  const THERE = 'no credential "no" (available: brace, number, pw, yes)'
  const wrong: readonly (readonly [text: string, ...messages: string[]])[] = [
    ['${credential:pw:default}', FORM],
    ['${credential:pw:}', FORM],
    ['${credential:pw', FORM],
    [
      '${credential}',
      'the environment variable credential is not set: set it, or give a default: ${credential:default}',
    ],
    ['${credential:no}', `${THERE}: add LoadCredential=no:/path/to/file to the unit`],
    ['${credential:no:?ask ${A}}', `${THERE}: ask x`],
    ['${credential:no:?not ${credential:pw}}', `${THERE}: not [redacted]`],
    ['${NO:?not ${credential:pw}}', 'the environment variable NO is not set: not [redacted]'],
    ['${NO:?not ${NO:${credential:pw}}}', 'the environment variable NO is not set: not [redacted]'],
    ['${NO:${credential:no:?gone}}', `${THERE}: gone`],
    [
      '${credential:}',
      '"" is not a valid name of a credential: a name is plain ASCII without "/" or ":", and not "." or ".."',
    ],
  ]
  for (const [text, ...messages] of wrong) {
    it(`complains of ${text}`, () => expect(expand(text).messages).to.deep.equal(messages))
  }
})
