import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { builtinNames, loadPlugin } from '../../../lib/agent/plugins/load.ts'
import { messageOf } from '../../../lib/errors.ts'
import { temporaryFolder } from '../temporary.ts'

const SOURCES = {
  beat: "{ name: 'mine', schema: {}, async open() {}, async run() {} }",
  output: "{ name: 'mine', schema: {}, delivery: { timeout: 0 }, async open() {} }",
  processor: "{ name: 'mine', schema: {}, open() {} }",
} as const

const KINDS = ['output', 'processor'] as const

describe('agent: loading outputs and processors', () => {
  const folder = temporaryFolder()
  const at = (file: string) => join(folder.path, file)
  const places = () => {
    return { builtins: pathToFileURL(at('built-in/')), config: at('etc'), home: at('home') }
  }
  function write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(at(file)), { recursive: true, mode: 0o755 })
      writeFileSync(at(file), text, { mode: 0o644 })
    }
  }
  const nameOf = async (kind: (typeof KINDS)[number], type: string) =>
    (await loadPlugin(kind, type, places())).name
  const problemOf = (kind: (typeof KINDS)[number], type: string) =>
    nameOf(kind, type).then(() => 'none', messageOf)

  it('has those that come with the agent', async () => {
    expect(builtinNames('output')).to.deep.equal([
      ...['console', 'elasticsearch', 'file', 'http', 'logstash', 'otlp', 'redis', 'syslog'],
    ])
    expect(builtinNames('processor')).to.include('add_fields').and.to.include('dissect')
    expect(await nameOf('output', 'file')).to.equal('file')
    expect(await nameOf('processor', 'add_fields')).to.equal('add_fields')
  })

  for (const kind of KINDS) {
    describe(`${kind}s`, () => {
      it('are found by a path and in a package', async () => {
        write({
          'etc/mine.mjs': `export default ${SOURCES[kind]}`,
          'etc/node_modules/mine/package.json': '{ "type": "module", "exports": "./main.js" }',
          'etc/node_modules/mine/main.js': `export default ${SOURCES[kind]}`,
        })
        expect(await nameOf(kind, './mine.mjs')).to.equal('mine')
        expect(await nameOf(kind, 'mine')).to.equal('mine')
      })

      it('are refused if others may write their file', async () => {
        write({ 'etc/mine.mjs': `export default ${SOURCES[kind]}` })
        chmodSync(at('etc/mine.mjs'), 0o666)
        expect(await problemOf(kind, './mine.mjs')).to.match(
          new RegExp(`^${kind} file \\("./mine.mjs"\\) can only be writable by the owner`),
        )
      })

      it('are not found, with a near name among those of the kind', async () => {
        const [near = ''] = builtinNames(kind)
        expect(await problemOf(kind, `${near}x`)).to.equal(
          `there is neither a built-in ${kind} nor a package "${near}x" (did you mean "${near}"?)` +
            `; built in: ${builtinNames(kind).join(', ')}; a package is looked for from ` +
            `${at('etc')}, a path starts with ./`,
        )
      })

      it('are not of another kind', async () => {
        write({ 'etc/mine.mjs': `export default ${SOURCES.beat}` })
        expect(await problemOf(kind, './mine.mjs')).to.equal(
          `${at('etc/mine.mjs')} is no ${kind}: "run" makes it a beat`,
        )
      })

      it('have a default export', async () => {
        write({ 'etc/mine.mjs': '' })
        expect(await problemOf(kind, './mine.mjs'))
          .to.contain(`${at('etc/mine.mjs')} is no ${kind}: its default export must be`)
          .and.match(/ \(see define(Output|Processor)\), not nothing$/)
      })
    })
  }

  const WRONG: readonly (readonly [kind: (typeof KINDS)[number], rest: string, said: string])[] = [
    ['output', 'open: 7', '"open" must be a function, not a number'],
    ['output', 'delivery: 7', '"delivery" must be a map of delivery settings'],
    [
      'output',
      'delivery: { timout: 1, inFlight: 0, max_retries: null }',
      '"delivery" has an unknown key "timout" (did you mean "timeout"?); "delivery.inFlight" must be a whole number, 1 or more, not 0; "delivery.max_retries" must be a whole number, -1 or more, not null',
    ],
    [
      'output',
      "delivery: { ordered: 'yes', backoff: { init: 2, max: 1 }, timeout: -1 }",
      '"delivery.ordered" must be true or false, not "yes"; "delivery.backoff" must be { init, max } in milliseconds, with 1 <= init <= max, not {"init":2,"max":1}; "delivery.timeout" must be milliseconds, 0 or more, not -1',
    ],
    [
      'output',
      'delivery: { ordered: true, inFlight: 2 }',
      '"delivery.inFlight" must be 1, as "delivery.ordered" is true',
    ],
    [
      'output',
      "schema: { ssl: {}, url: { default: '' }, timeout: { default: 1 } }",
      '"schema.ssl" is reserved for a key that every output has; "schema.timeout" is reserved for a key that every output has',
    ],
    ['processor', 'async open() {}', '"open" is async, as that of an output is'],
    [
      'processor',
      'delivery: {}, schema: { when: { default: 1 } }',
      '"delivery" makes it an output; "schema.when" is reserved for a key that every processor has',
    ],
  ]
  for (const [kind, rest, said] of WRONG) {
    it(`${kind}: ${said}`, async () => {
      write({ 'etc/mine.mjs': `export default { ...${SOURCES[kind]}, ${rest} }` })
      expect(await problemOf(kind, './mine.mjs')).to.equal(
        `${at('etc/mine.mjs')} is no ${kind}: ${said}`,
      )
    })
  }
})
