import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import file from '../../../lib/outputs/file/file.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { needsLinux } from '../../live.ts'

const CONSOLE_CHECK = fileURLToPath(new URL('./console-check.js', import.meta.url))

/** The compiled module of a built-in output. */
const moduleOf = (name: string) =>
  new URL(`../../../lib/outputs/${name}/${name}.js`, import.meta.url)

describe('checkOutput: the outputs of the framework keep the contract', function () {
  this.timeout(60_000)

  for (const sync of ['none', 'interval', 'batch']) {
    it(`file, sync: ${sync}`, () => checkOutput(file, { config: { path: 'events', sync } }))
  }

  it('file, with every batch in a file of its own', () =>
    checkOutput(file, { config: { path: 'events', rotate_every_kb: 1, rotate_on_startup: true } }))

  /** Node gives its children sockets; a shell gives pipes. */
  const ways: readonly (readonly [what: string, script: string])[] = [
    ['a socket', '"$@"'],
    ['a pipe', '"$@" | cat'],
    ['a file', '"$@" > /dev/null'],
  ]
  for (const [what, script] of ways) {
    for (const style of ['plain', 'pretty']) {
      it(`console, ${style}, with ${what} as standard output`, () => {
        const args = ['-c', script, 'sh', process.execPath, CONSOLE_CHECK, style]
        const { stdout, stderr } = spawnSync('sh', args, { encoding: 'utf8' })
        expect(stderr).to.equal('sound')
        // Batches of 1, 5 and 500 events, and one whose signal aborts at once.
        const events = stdout.match(/"event [0-9a-f]{8}-\d+ ü\."/g) ?? []
        if (!script.includes('/dev/null')) expect(events).to.have.length(509)
      })
    }
  }

  describe('under the filter', () => {
    before(needsLinux)

    it('file', () =>
      checkOutput(file, { config: { path: 'events', sync: 'batch' }, module: moduleOf('file') }))
  })
})
