import { join } from 'node:path'
import { expect } from 'chai'
import file from '../../../lib/outputs/file/file.ts'
import { batchOf, endlessCall } from '../../../lib/testing/batch.ts'
import { LoopDisk } from '../../faults/loop-disk.ts'
import { skip } from '../../live.ts'
import { memoryLog, rejection } from '../../pipeline/fixtures.ts'
import { contentsOf } from '../folder.ts'

describe('output.file on a disk that hangs', function () {
  this.timeout(30_000)

  it('ends a write with its signal, and writes nothing beside it', async function () {
    const disk = LoopDisk.create(32)
    if (!disk) skip(this, 'no loop device, mkfs.ext4 or python3 for this user')
    const { path } = disk
    const paths = { home: path, config: path, data: path, logs: path }
    const settings = {
      ...{ path: 'out', filename: 'events.ndjson', rotate_every_kb: 10_240, number_of_files: 7 },
      ...{ permissions: 0o600, rotate_on_startup: false, sync: 'batch' as const },
    }
    const output = await file.open({ settings, paths, log: memoryLog().log })
    try {
      await output.write(batchOf(['{"n":1}']), endlessCall())
      disk.freeze()
      const call = () => ({ signal: AbortSignal.timeout(100), progress: () => undefined })
      expect(await rejection(output.write(batchOf(['{"n":2}']), call()))).to.match(/timeout/i)
      expect(await rejection(output.write(batchOf(['{"n":3}']), call()))).to.match(/timeout/i)
    } finally {
      disk.thaw()
    }
    await output.write(batchOf(['{"n":4}']), endlessCall())
    await output.close()
    // The second was left behind, and has been written all the same; the third never began.
    expect(contentsOf(join(path, 'out'))).to.deep.equal({
      'events.ndjson': '{"n":1}\n{"n":2}\n{"n":4}\n',
    })
    disk.remove()
  })
})
