import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { landlockSupport } from '../../lib/sandbox/ruleset.ts'
import { needsIsolation, runIsolated, skip } from '../live.ts'
import { needsLandlock } from './kernel.ts'

// A filter can't answer with the number of an older ABI, but this kernel takes the ruleset that one would get.
describe('sandbox: the domain of an older kernel', function () {
  this.timeout(60_000)
  let folder: string
  let server: Server
  before(function (done) {
    needsIsolation.call(this)
    needsLandlock.call(this)
    server = createServer(socket => socket.destroy()).listen(0, '127.0.0.1', done)
  })
  after(() => server?.close())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-abi-'))
    for (const name of ['a', 'b']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'outside.txt'), 'outside')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const CAN: readonly (readonly [abi: number, can: object])[] = [
    [1, { renameAcross: 'EXDEV', truncateOutside: 'done', connected: 'done' }],
    [2, { renameAcross: 'done', truncateOutside: 'done', connected: 'done' }],
    [3, { renameAcross: 'done', truncateOutside: 'EACCES', connected: 'done' }],
    [4, { renameAcross: 'done', truncateOutside: 'EACCES', connected: 'EACCES' }],
    [5, { renameAcross: 'done', truncateOutside: 'EACCES', connected: 'EACCES' }],
    [6, { renameAcross: 'done', truncateOutside: 'EACCES', connected: 'EACCES' }],
  ]
  for (const [abi, can] of CAN) {
    it(`ABI ${abi}: every thread enters, and it refuses what it knows`, async function () {
      const support = landlockSupport()
      if (!support.available || support.abi < abi) skip(this, 'this kernel is older')
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      const { stdout, stderr } = runIsolated('../sandbox/programs/masked', {
        args: [folder, String(abi), String(port)],
      })
      const { threads, ...report } = JSON.parse(stdout || stderr)
      expect(threads).to.be.greaterThan(1)
      expect(report).to.deep.equal({
        notes: [],
        failed: 0,
        writeInside: 'done',
        writeOutside: 'EACCES',
        renameWithin: 'done',
        link: 'EXDEV',
        device: 'done',
        ...can,
      })
    })
  }
})
