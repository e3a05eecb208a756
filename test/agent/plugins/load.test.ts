import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { loadPlugin } from '../../../lib/agent/plugins/load.ts'
import { messageOf } from '../../../lib/errors.ts'
import { skip } from '../../live.ts'
import { temporaryFolder } from '../temporary.ts'

const BEAT = `{ name: 'probe', schema: {}, async run() {} }`

describe('agent: loading a beat', () => {
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
  const loadBeat = (type: string, where: Parameters<typeof loadPlugin>[2]) =>
    loadPlugin('beat', type, where)
  const problemOf = (type: string) => loadBeat(type, places()).then(() => 'none', messageOf)
  const packageFiles = (folder: string, main: string) => ({
    [`${folder}/package.json`]: '{ "type": "module", "exports": { "import": "./main.js" } }',
    [`${folder}/main.js`]: main,
  })

  describe('finds it', () => {
    const ROWS: readonly (readonly [
      what: string,
      type: () => string,
      files: Record<string, string>,
    ])[] = [
      [
        'by its built-in name',
        () => 'host',
        { 'built-in/host/index.js': `export default ${BEAT}` },
      ],
      ['by a path from path.config', () => './my.mjs', { 'etc/my.mjs': `export default ${BEAT}` }],
      ['by a path upwards', () => '../my.mjs', { 'my.mjs': `export default ${BEAT}` }],
      ['by an absolute path', () => at('my.mjs'), { 'my.mjs': `export default ${BEAT}` }],
      [
        'by a path that a URL has to escape',
        () => './a b#c%.mjs',
        { 'etc/a b#c%.mjs': `export default ${BEAT}` },
      ],
      [
        'as a package beside the configuration',
        () => 'disk',
        packageFiles('etc/node_modules/disk', `export default ${BEAT}`),
      ],
      [
        'as a package of a scope',
        () => '@acme/disk',
        packageFiles('etc/node_modules/@acme/disk', `export default ${BEAT}`),
      ],
      [
        'as a package beside the agent',
        () => 'disk',
        packageFiles('node_modules/disk', `export default ${BEAT}`),
      ],
      ['in CommonJS', () => './my.cjs', { 'etc/my.cjs': `module.exports = ${BEAT}` }],
      [
        'in CommonJS that was ESM',
        () => './my.cjs',
        { 'etc/my.cjs': `exports.__esModule = true; exports.default = ${BEAT}` },
      ],
      [
        'as an instance of a class',
        () => './my.mjs',
        {
          'etc/my.mjs': `class P { name = 'probe'; schema = {}; async run() {} }\nexport default new P()`,
        },
      ],
    ]
    for (const [what, type, files] of ROWS) {
      it(what, async () => {
        write({ 'built-in/README.md': '', ...files })
        expect((await loadBeat(type(), places())).name).to.equal('probe')
      })
    }

    it('prefers a package beside the configuration', async () => {
      const named = (name: string) =>
        `export default { name: '${name}', schema: {}, async run() {} }`
      write(packageFiles('node_modules/disk', named('far')))
      write(packageFiles('etc/node_modules/disk', named('near')))
      expect((await loadBeat('disk', places())).name).to.equal('near')
    })

    it('below path.home where it is not beside the configuration, as in an installed package', async () => {
      const named = (name: string) =>
        `export default { name: '${name}', schema: {}, async run() {} }`
      write({ 'home/beats/mine.mjs': named('mine') })
      write(packageFiles('home/node_modules/theirs', named('theirs')))
      expect((await loadBeat('./beats/mine.mjs', places())).name).to.equal('mine')
      expect((await loadBeat('theirs', places())).name).to.equal('theirs')
    })
  })

  describe('says in one line what is wrong', () => {
    const ROWS: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
      ['it throws', '\nthrow new Error("no\\nluck")', /my\.mjs can't be imported: no \(line 2\)$/],
      ['it throws what is no error', 'throw "tantrum"', /my\.mjs can't be imported: tantrum$/],
      [
        'it is not JavaScript',
        'export default {{',
        /my\.mjs can't be imported: .*`node .*my\.mjs` shows where/,
      ],
      [
        'it imports what is not there',
        'import "not-there"',
        /my\.mjs can't be imported: Cannot find package 'not-there' .*; install it there with npm$/,
      ],
      [
        'it imports a name that is not exported',
        'import { nothing } from "node:fs"',
        /my\.mjs can't be imported: .* does not provide an export named 'nothing'$/,
      ],
      [
        'it has no default export',
        'export const beat = 1',
        /my\.mjs is no beat: its default export must be a beat .*not nothing/,
      ],
      ['it exports a function', 'export default () => {}', /not a function$/],
      [
        'it exports a list',
        'export default []',
        /"name" must be .*; "schema" must be .*; "run" must be/,
      ],
      [
        'its name is wrong',
        `export default { ...${BEAT}, name: 'My Beat' }`,
        /"name" must be lower case letters, .* not "My Beat"$/,
      ],
      [
        'it has no run',
        `export default { name: 'x', schema: {} }`,
        /is no beat: "run" must be a function, not nothing$/,
      ],
      [
        'it has no schema',
        `export default { name: 'x', run() {} }`,
        /is no beat: "schema" must be/,
      ],
      [
        'its open is no function',
        `export default { ...${BEAT}, open: 7 }`,
        /"open" must be a function$/,
      ],
      [
        'its close is no function',
        `export default { ...${BEAT}, close: {} }`,
        /"close" must be a function$/,
      ],
      [
        'its schema has a key that every beat has',
        `export default { ...${BEAT}, schema: { processors: { doc: 'P.', format: Array, default: [] } } }`,
        /is no beat: "schema.processors" is reserved for a key that every beat has$/,
      ],
      [
        'it is an output',
        `export default { name: 'x', schema: {}, delivery: { timeout: 0 }, async open() {} }`,
        /is no beat: "run" must be a function, not nothing; it looks like an output$/,
      ],
      [
        'it is an output that declares nothing of delivery',
        `export default { name: 'x', schema: {}, async open() {} }`,
        /is no beat: "run" must be a function, not nothing; it looks like an output$/,
      ],
      [
        'it is an output or a processor',
        `export default { name: 'x', schema: {}, open() {} }`,
        /is no beat: "run" must be a function, not nothing; it looks like an output or a processor$/,
      ],
      [
        'it is a beat with a misspelt run',
        `export default { name: 'x', schema: {}, open() {}, Run() {} }`,
        /is no beat: "run" must be a function, not nothing \(is it "Run"\?\)$/,
      ],
      [
        'its needs do not say why',
        `export default { ...${BEAT}, syscalls: [{ names: ['read'] }] }`,
        /"syscalls" must be a list of/,
      ],
      [
        'its needs are bare names',
        `export default { ...${BEAT}, syscalls: ['read'] }`,
        /"syscalls" must be a list of/,
      ],
    ]
    for (const [what, text, problem] of ROWS) {
      it(what, async () => {
        write({ 'etc/my.mjs': text })
        const message = await problemOf('./my.mjs')
        expect(message).to.match(problem)
        expect(message).not.to.contain('\n')
      })
    }

    it('others may write it, which by its name is not asked of a package', async () => {
      write({
        'etc/my.mjs': 'throw new Error("never to be run")',
        ...packageFiles('etc/node_modules/disk', `export default ${BEAT}`),
      })
      chmodSync(at('etc/my.mjs'), 0o666)
      chmodSync(at('etc/node_modules/disk/main.js'), 0o666)
      expect(await problemOf('./my.mjs')).to.equal(
        'beat file ("./my.mjs") can only be writable by the owner but the permissions are ' +
          `"-rw-rw-rw-" (to fix the permissions use: 'chmod go-w ${at('etc/my.mjs')}')`,
      )
      expect(await problemOf('disk')).to.equal('none')
      const lenient = loadBeat('./my.mjs', { ...places(), strictPerms: false })
      expect(await lenient.catch(messageOf)).to.contain('never to be run')
    })

    it('there is no such file', async () => {
      expect(await problemOf('./nowhere.js')).to.equal(`${at('etc/nowhere.js')} does not exist`)
    })

    it('there is no such name, with a near one', async () => {
      write({ 'built-in/host/index.js': '', 'etc/beat.yml': '' })
      expect(await problemOf('hots'))
        .to.match(
          /^there is neither a built-in beat nor a package "hots" \(did you mean "host"\?\)/,
        )
        .and.contain(`from ${at('etc')}`)
    })

    it('a package does not export itself', async () => {
      write({ 'etc/node_modules/odd/package.json': '{ "exports": { "./x": "./x.js" } }' })
      expect(await problemOf('odd'))
        .to.contain('odd')
        .and.not.contain('neither')
    })

    it('TypeScript, where Node does not run it', async function () {
      if (Reflect.get(process.features, 'typescript')) skip(this, `Node ${process.version} runs it`)
      write({ 'etc/my.mts': `export default ${BEAT}` })
      expect(await problemOf('./my.mts')).to.match(
        /my\.mts can't be imported: Node v.* does not run TypeScript/,
      )
    })
  })
})
