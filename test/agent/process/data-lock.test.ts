import { readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type LoadedAddon, loadAddon } from '../../../lib/addon.ts'
import { lockFolder } from '../../../lib/agent/process/data-lock.ts'
import { temporaryFolder } from '../temporary.ts'

describe('agent: the lock of path.data', () => {
  const data = temporaryFolder()
  const loaded = loadAddon()
  const rejection = (promise: Promise<unknown>) => promise.catch((thrown: unknown) => thrown)

  it('is had once, until it is released', async () => {
    const lock = await lockFolder('path.data', data.path, loaded)
    expect(lock.warning).to.equal(undefined)
    const error = await rejection(lockFolder('path.data', data.path, loaded))
    expect(error).to.include({ code: 'OPEN_FAILED' })
    expect(error)
      .to.have.property('message')
      .that.matches(/^data path already locked by another beat\. /)
      .and.contains(`${data.path} is held by process ${process.pid}`)
    await lock.release()
    await (await lockFolder('path.data', data.path, loaded)).release()
  })

  it('does not care for what a dead process has left in the file', async () => {
    const file = join(data.path, 'sealbeat.lock')
    writeFileSync(file, '1\n')
    const lock = await lockFolder('path.data', data.path, loaded)
    expect(readFileSync(file, 'utf8')).to.equal(`${process.pid}\n`)
    await lock.release()
  })

  it('says why there is none, where there can be none', async () => {
    const answering = (errno: number): LoadedAddon => {
      if ('problem' in loaded) return loaded
      return { addon: { ...loaded.addon, lockFile: () => errno } }
    }
    const rows: readonly (readonly [LoadedAddon, string])[] = [
      [{ problem: 'the addon is not built' }, 'the addon is not built'],
      [answering(constants.errno.ENOSYS), 'flock: ENOSYS'],
    ]
    for (const [addon, warning] of rows) {
      const lock = await lockFolder('path.data', data.path, addon)
      expect(lock.warning).to.equal(warning)
      await lock.release()
    }
  })
})
