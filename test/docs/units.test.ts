import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { skip } from '../live.ts'
import { blocksOf } from './page.ts'

describe('units in the documentation', () => {
  before(function () {
    if (spawnSync('systemd-analyze', ['--version']).error) skip(this, 'no systemd-analyze')
  })

  for (const { place, text } of blocksOf('ini')) {
    it(`${place} is valid for systemd`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'sealbeat-unit-'))
      const unit = join(folder, 'agent.service')
      // A drop-in needs a unit that starts something. The program itself need not exist.
      const base = text.includes('ExecStart=') ? '' : '[Service]\nExecStart=/bin/true\n'
      writeFileSync(unit, base + text.replace('/usr/bin/sealbeat', '/bin/true'))
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], {
        encoding: 'utf8',
      })
      rmSync(folder, { recursive: true })
      expect(stderr.split('\n').filter(each => each.includes('agent.service'))).to.deep.equal([])
      expect(status, stderr).to.equal(0)
    })
  }
})
