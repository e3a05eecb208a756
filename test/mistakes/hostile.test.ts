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
    const args = [MAIN, 'test', 'config', '-c', 'beat.yml']
    return spawnSync(process.execPath, args, { cwd: folder, timeout: LIMIT_MS, encoding: 'utf8' })
  }

  for (const [what, [text, says]] of Object.entries(HOSTILE)) {
    it(`gets one clear line: ${what}`, () => {
      const { status, stdout, stderr } = answerTo(text)
      expect(status, stderr.slice(0, 500)).to.be.oneOf([0, 78])
      const lines = (stdout + stderr).trimEnd().split('\n')
      const own = lines.filter(line => !/^(warning|Confirmed): /.test(line))
      expect(
        own.map(line => line.slice(-500)),
        'one line',
      ).to.have.length(1)
      expect(own[0]?.length, 'that can be read').to.be.below(1_000)
      expect(own[0]).to.match(says)
    })
  }
})
