import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { scripts } from '../../../lib/packaging/formats/scripts.ts'
import { temporaryFolder } from '../../agent/temporary.ts'

describe('the scripts of a package', () => {
  const folder = temporaryFolder()

  function purge() {
    const at = (name: string) => join(folder.path, name)
    const places = { config: at('config'), data: at('data'), logs: at('logs') }
    const { afterPurge } = scripts('no-such-agent', places as Parameters<typeof scripts>[1])
    const { status, stderr } = spawnSync('sh', ['-e', '-c', afterPurge], { encoding: 'utf8' })
    expect(existsSync(places.data)).to.equal(false)
    return { status, stderr }
  }

  it('say how much of a queue on the disk a purge deletes', () => {
    mkdirSync(join(folder.path, 'data/queue'), { recursive: true })
    for (const name of ['0000000000000001.seg', '0000000000000002.seg']) {
      writeFileSync(join(folder.path, 'data/queue', name), 'x'.repeat(50))
    }
    const stderr =
      'no-such-agent: its queue on the disk is deleted, with up to 100 bytes of events that were not sent\n'
    expect(purge()).to.deep.equal({ status: 0, stderr })
  })

  it('say nothing where there is none', () => {
    expect(purge()).to.deep.equal({ status: 0, stderr: '' })
    mkdirSync(join(folder.path, 'data'))
    expect(purge()).to.deep.equal({ status: 0, stderr: '' })
  })
})
