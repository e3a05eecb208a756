import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { scripts } from '../../../lib/packaging/formats/scripts.ts'
import { temporaryFolder } from '../../agent/temporary.ts'
import { drained, fill, publishesOf } from '../../pipeline/queues/disk/opened.ts'

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

  const said = (bytes: number, events: string) =>
    `no-such-agent: its queue on the disk is deleted, ${bytes} bytes, with ${events} events that were not sent\n`

  function bytesIn(path: string): number {
    const names = readdirSync(path).filter(name => name.endsWith('.seg'))
    return names.reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
  }

  for (const [where, path] of [
    ['in its own folder', 'data/queue'],
    ['where queue.disk.path says another one of the data', 'data/a/b c'],
    ['where it says one below the logs', 'logs/queue'],
  ] as const) {
    it(`say how many events of a queue on the disk a purge deletes: ${where}`, async () => {
      const queue = join(folder.path, path)
      mkdirSync(join(folder.path, 'data'))
      await fill({ path: queue }, publishesOf(3, 4))
      const bytes = bytesIn(queue)
      expect(purge()).to.deep.equal({ status: 0, stderr: said(bytes, '12') })
      expect(existsSync(queue)).to.equal(false)
    })
  }

  it('say nothing of a queue from which everything was sent', async () => {
    const path = join(folder.path, 'data/queue')
    mkdirSync(join(folder.path, 'data'))
    await fill({ path }, publishesOf(3, 4))
    await drained({ path })
    expect(bytesIn(path)).to.be.above(0)
    expect(purge()).to.deep.equal({ status: 0, stderr: '' })
  })

  it('say how many bytes there are where the position is damaged, and follow no link', async () => {
    const path = join(folder.path, 'data/queue')
    for (const damage of [
      () => writeFileSync(join(path, 'position'), 'x'.repeat(1024)),
      () => {
        rmSync(join(path, 'position'))
        symlinkSync('/dev/zero', join(path, 'position'))
      },
    ]) {
      mkdirSync(join(folder.path, 'data'))
      await fill({ path }, publishesOf(3, 4))
      damage()
      const bytes = bytesIn(path)
      expect(purge()).to.deep.equal({ status: 0, stderr: said(bytes, 'an unknown number of') })
    }
  })

  it('say nothing where there is none', () => {
    expect(purge()).to.deep.equal({ status: 0, stderr: '' })
    mkdirSync(join(folder.path, 'data'))
    expect(purge()).to.deep.equal({ status: 0, stderr: '' })
  })
})
