import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { isolation, needsIsolation, skip } from '../../live.ts'
import { CAN_WRITE } from './shared-object.ts'

const PROGRAM = fileURLToPath(new URL('./programs/loading.js', import.meta.url))
const NOT_MAPPED = /: failed to map segment from shared object/
const NOT_PROTECTED = /: cannot make segment writable for relocation: Operation not permitted/

describe('shared objects that an attacker has written', function () {
  this.timeout(60_000)
  let folder: string
  before(function () {
    needsIsolation.call(this)
    if (!CAN_WRITE) skip(this, `there is no code for ${process.arch}`)
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-native-'))
  })
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })

  /** What became of each kind, where this is refused: `done`, or what the loader says. */
  function loadedUnder(refused: string, ...options: readonly string[]) {
    const [program = '', ...args] = [...isolation(), process.execPath, ...options]
    const { stdout, stderr } = spawnSync(program, [...args, PROGRAM, refused, folder], {
      encoding: 'utf8',
      env: { ...process.env, NODE_V8_COVERAGE: undefined },
    })
    return stdout === '' ? expect.fail(stderr) : JSON.parse(stdout)
  }

  it('are all loaded, and their code is run, where nothing is refused', () => {
    const all = { mapped: 'done', protected: 'done', borrowed: 'done' }
    expect(loadedUnder('nothing')).to.deep.equal(all)
  })

  it('slip through where only executable mappings of files are refused', () => {
    const { mapped, ...others } = loadedUnder('executable files')
    expect(mapped).to.match(NOT_MAPPED)
    expect(others).to.deep.equal({ protected: 'done', borrowed: 'done' })
  })

  it('bring no code of their own where no memory becomes executable, but call what is there', () => {
    const found = loadedUnder('executable memory', '--jitless')
    expect(found.mapped).to.match(NOT_MAPPED)
    expect(found.protected).to.match(NOT_PROTECTED)
    expect(found.borrowed).to.equal('done')
  })

  it('are not loaded at all where no library is', () => {
    for (const options of [[], ['--jitless']]) {
      const found = loadedUnder(options.length > 0 ? 'both' : 'libraries', ...options)
      for (const kind of ['mapped', 'protected', 'borrowed']) {
        expect(found[kind], kind).to.match(NOT_MAPPED)
      }
    }
  })
})
