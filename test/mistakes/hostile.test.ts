import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { MAIN } from '../../bench/child.ts'

const HEAD = 'beats: [{ type: host }]\noutput.console: {}\n'
const many = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join('')

/** What somebody may write who means no good, up to a mebibyte; with the one line that is said of it. */
const HOSTILE: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'a flow map of 20,000 keys': [
    `${HEAD}fields: {${many(20_000, n => `k${n}: ${n}, `)}}\n`,
    /has more than 10000 values$/,
  ],
  '60,000 unknown keys': [HEAD + many(60_000, n => `k${n}: 1\n`), /has more than 10000 values$/],
  '5,000 dotted keys with one beginning': [
    `${HEAD}fields:\n${many(5_000, n => `  a.b.c.k${n}: 1\n`)}`,
    /^Config OK$/,
  ],
  'a key of 500 parts': [
    `${HEAD}fields:\n  ${many(500, () => 'a.')}z: 1\n`,
    /nested more than 100 levels deep$/,
  ],
  'references within references': [
    `${HEAD}name: "${`\${A:`.repeat(20_000)}${'}'.repeat(20_000)}"\n`,
    /name: references are nested more than 100 levels deep$/,
  ],
  'one reference 200,000 times': [
    `${HEAD}name: "${`\${A}`.repeat(200_000)}"\n`,
    /name: the environment variable A is not set: /,
  ],
  'a variable with a name of 900,000 letters': [
    `${HEAD}name: \${${'A'.repeat(900_000)}}\n`,
    /the environment variable A{60}… is not set/,
  ],
  'aliases of aliases': [
    `a0: &a0 [x]\n${many(3_000, n => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`)}`,
    /has more than 10000 values$/,
  ],
  'lists in lists by aliases': [
    `${HEAD}a0: &a0 [x]\n${many(200, n => `a${n + 1}: &a${n + 1} [*a${n}]\n`)}`,
    /nested more than 100 levels deep$|has more than 10000 values$/,
  ],
  '100,000 brackets': [`a: ${'['.repeat(100_000)}`, /nested more than 100 levels deep$/],
  '50,000 tags in one line': [`${HEAD}${'!!x '.repeat(50_000)}\n`, /at most one tag$/],
  '300,000 items': [`${HEAD}tags: [${'a,'.repeat(300_000)}]\n`, /has more than 10000 values$/],
  '20,000 beats': [
    `beats:\n${many(20_000, () => '- { type: host }\n')}output.console: {}\n`,
    /has more than 10000 values$/,
  ],
  '5,000 long dotted keys': [
    `${HEAD}fields:\n${many(5_000, n => `  ${`a${n}.`.repeat(30)}z: 1\n`)}`,
    /dotted keys it has more than 10000 values$/,
  ],
  'a million empty lines': [`${'\n'.repeat(1_000_000)}${HEAD}`, /has more than 100000 lines$/],
  '100 long regular expressions': [
    `${HEAD}processors:\n${many(100, n => `- drop_event: { when.regexp.message: "${'[a-z]x?'.repeat(1_400)}${n}" }\n`)}`,
    /the regular expressions have more than 100000 characters in all, /,
  ],
  '4,000 short regular expressions of large programs': [
    `${HEAD}processors:\n- drop_fields: { fields: [${many(4_000, n => `"/a{1000}${n}/", `)}] }\n`,
    /the regular expressions have more than 100000 characters in all, /,
  ],
  'a field of 500,000 parts': [
    `${HEAD}processors:\n- drop_event: { when.has_fields: [${'a.'.repeat(500_000)}a] }\n`,
    /must be the name of a field \(it has more than 100 parts\)$/,
  ],
  'a token of 500,000 parts': [
    `${HEAD}processors:\n- dissect: { tokenizer: "%{${'a.'.repeat(500_000)}a}" }\n`,
    /can't be a field \(it has more than 100 parts\)$/,
  ],
  '4,000 processors in nested lists': [
    `${HEAD}processors:\n${many(4, () => `- { if.equals.a: 1, then: [${'{ drop_event: }, '.repeat(999)}] }\n`)}`,
    /there are 4000 processors in all lists, and at most 1000 are allowed$/,
  ],
  '4,000 times to test with 4,000 layouts': [
    `${HEAD}processors:\n- timestamp: { field: a, layouts: [${'"2006-01-02", '.repeat(4_000)}], test: [${'"2006", '.repeat(4_000)}] }\n`,
    /must be fewer: each is tried with each of 4000 layouts$/,
  ],
  '9,000 credentials': [
    `${HEAD}fields:\n${many(9_000, n => `  k${n}: \${credential:c${n}}\n`)}`,
    /the references of the configuration name 9000 credentials, and at most 1000 are allowed$/,
  ],
  '100,000 times a variable of 100,000 letters': [
    `${HEAD}fields.a: "${`\${LONG}`.repeat(100_000)}"\n`,
    /the references of the configuration have more than 10000000 characters of values$/,
  ],
  'a line that never ends': [`${HEAD}name: "${'a'.repeat(1_000_000)}\n`, /Missing closing "quote$/],
  'a path of 800,000 letters': [`${HEAD}path.logs: ${'/a'.repeat(400_000)}\n`, /^Config OK$/],
}

describe('a configuration that means no good', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-hostile-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Long before what takes quadratic time is done, and long after what does not, also on a busy machine. */
  const LIMIT_MS = 30_000

  const answerTo = (text: string) => {
    writeFileSync(`${folder}/beat.yml`, text.slice(0, 2 ** 20), { mode: 0o644 })
    const env = { ...process.env, LONG: 'x'.repeat(100_000) }
    const args = [MAIN, 'test', 'config', '-c', 'beat.yml']
    return spawnSync(process.execPath, args, {
      cwd: folder,
      env,
      timeout: LIMIT_MS,
      encoding: 'utf8',
    })
  }

  for (const [what, [text, says]] of Object.entries(HOSTILE)) {
    it(`gets one clear line: ${what}`, () => {
      const { status, stdout, stderr } = answerTo(text)
      expect(status, stderr.slice(0, 500)).to.be.oneOf([0, 78])
      const lines = (stdout + stderr).trimEnd().split('\n')
      expect(Math.max(...lines.map(({ length }) => length))).to.be.below(1_300)
      const own = lines.filter(
        line => !/^((warning|note): |An event is confirmed once )/.test(line),
      )
      expect(
        own.map(line => line.slice(-500)),
        'one line',
      ).to.have.length(1)
      expect(own[0]?.length, 'that can be read').to.be.below(1_000)
      expect(own[0]).to.match(says)
    })
  }
})
