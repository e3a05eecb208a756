import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { packageMisfit } from '../../../lib/agent/plugins/fits.ts'
import { loadPlugin } from '../../../lib/agent/plugins/load.ts'
import { defineBeat } from '../../../lib/beat.ts'
import { messageOf } from '../../../lib/errors.ts'
import { defineOutput } from '../../../lib/output.ts'
import { version } from '../../../lib/own-package.ts'
import { markOf, PLUGIN_API } from '../../../lib/plugin.ts'
import { defineProcessor } from '../../../lib/processor.ts'
import { temporaryFolder } from '../temporary.ts'

const BEAT = `{ name: 'tide', schema: {}, async run() {} }`

describe('agent: which sealbeat a plugin is made for', () => {
  const folder = temporaryFolder()
  const at = (file: string) => join(folder.path, file)
  function write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(at(file)), { recursive: true, mode: 0o755 })
      writeFileSync(at(file), text, { mode: 0o644 })
    }
  }
  const load = (type: string) => {
    const builtins = pathToFileURL(at('built-in/'))
    return loadPlugin('beat', type, { builtins, config: folder.path, home: folder.path }).then(
      ({ name }) => name,
      messageOf,
    )
  }
  const packed = (peerDependencies: object, text: string) =>
    write({
      'node_modules/tide/package.json': JSON.stringify({
        ...{ name: 'tide', version: '3.2.1', type: 'module' },
        ...{ exports: './dist/index.js', peerDependencies },
      }),
      // As packages with code of both kinds have it: no name, so that it is none of its own.
      'node_modules/tide/dist/package.json': '{ "type": "module" }',
      'node_modules/tide/dist/index.js': text,
    })

  it('takes a package for this one, and one that does not say', async () => {
    for (const [at, peers] of [
      { sealbeat: `^${version()}` },
      {},
      { sealbeat: 'latest' },
    ].entries()) {
      packed(peers, `export default ${BEAT} // ${at}`)
      expect(await load('tide')).to.equal('tide')
    }
  })

  it('refuses a package for another before any of its code runs', async () => {
    packed({ sealbeat: '^99.1.0' }, 'throw new Error("it ran")')
    expect(await load('tide')).to.equal(
      `tide 3.2.1 is made for sealbeat ^99.1.0, but this is sealbeat ${version()}: ` +
        'install a version of tide that is made for it, or a sealbeat that fits',
    )
  })

  it('takes what is made for a release with what comes before it', async () => {
    const manifest = { folder: '/', name: 'tide', version: '1.0.0', wants: '^0.2.0' }
    expect(await packageMisfit(manifest, '0.2.0-rc.1')).to.equal(undefined)
    expect(await packageMisfit(manifest, '0.3.0-rc.1')).to.match(/^tide 1\.0\.0 is made for/)
  })

  const marked = (api: unknown) =>
    `const plugin = ${BEAT}
Object.defineProperty(plugin, Symbol.for('sealbeat.plugin'), { value: ${JSON.stringify(api)} })
export default plugin`

  it('refuses an object that another contract has made, by a path too', async () => {
    write({ 'tide.mjs': marked({ kind: 'beat', api: PLUGIN_API + 1 }).replace('run', 'start') })
    expect(await load('./tide.mjs')).to.equal(
      `${at('tide.mjs')} is made with another sealbeat, for version ${PLUGIN_API + 1} of the plugin API, ` +
        `but sealbeat ${version()} has version ${PLUGIN_API}: let it import the sealbeat that runs it, ` +
        'or install a version that fits',
    )
  })

  it('takes one of another copy with the same contract', async () => {
    write({ 'tide.mjs': marked({ kind: 'beat', api: PLUGIN_API }) })
    expect(await load('./tide.mjs')).to.equal('tide')
  })

  it('takes no notice of a mark that is none', async () => {
    for (const [at, mark] of [7, null, { kind: 'tide', api: 9 }, { kind: 'beat' }].entries()) {
      write({ [`tide${at}.mjs`]: marked(mark) })
      expect(await load(`./tide${at}.mjs`)).to.equal('tide')
    }
  })

  it('is marked by each define function, which changes nothing that is seen', () => {
    const beat = { name: 'b', schema: {}, async run() {} }
    const output = { name: 'o', schema: {}, open: async () => Promise.reject(new Error('shut')) }
    const processor = { name: 'p', schema: {}, open: () => ({ process: () => undefined }) }
    const keys = Object.keys(beat)
    expect(defineBeat(beat)).to.equal(beat)
    defineOutput(output)
    defineProcessor(processor)
    expect(Object.keys(beat)).to.deep.equal(keys)
    expect([beat, output, processor].map(each => markOf(each)?.kind)).to.deep.equal([
      ...['beat', 'output', 'processor'],
    ])
    expect(markOf(beat)).to.deep.equal({ kind: 'beat', api: PLUGIN_API })
  })

  it('is not marked where that can’t be', () => {
    const beat = Object.freeze({ name: 'b', schema: {}, async run() {} })
    expect(defineBeat(beat)).to.equal(beat)
    expect(markOf(beat)).to.equal(undefined)
  })
})
