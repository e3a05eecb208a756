// A backlog of BACKLOG_GB gigabytes (1): mocha --no-config dist/test/pipeline/queues/disk/backlog.live.js
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { NEVER, SOURCE } from '../../fixtures.ts'
import { opened } from './opened.ts'

const PROGRAM = fileURLToPath(new URL('./backlog-program.js', import.meta.url))
const GB = Number(process.env['BACKLOG_GB'] ?? 1)
const SMALL_GB = GB / 10
const LINE = `{"message":"${'x'.repeat(480)}"}\n`
const PUBLISH_EVENTS = 2_000

interface Drained {
  readonly restored: number
  readonly events: number
  readonly openedMs: number
  readonly firstMs: number
  readonly endMs: number
  readonly rssMB: number
}

describe(`a backlog of ${GB} GB in the queue on the disk`, () => {
  const folder = temporaryFolder()

  async function fill(path: string, gigabytes: number): Promise<number> {
    const max_size = gigabytes * 1e9 + 100e6
    const settings = { path, max_size, segment_size: max_size / 10, sync: 'none' } as const
    const { pipeline } = await opened(settings)
    const { publish } = pipeline.linePublisher(SOURCE, NEVER)
    const lines = Buffer.from(LINE.repeat(PUBLISH_EVENTS))
    let events = 0
    for (; pipeline.storedBytes < gigabytes * 1e9; events += PUBLISH_EVENTS) {
      await (await publish(lines)).stored
    }
    await pipeline.close(NEVER)
    return events
  }

  /** Drains the queue in a process of its own, which finds nothing in the page cache. */
  function drain(path: string, gigabytes: number): Drained {
    execFileSync('sync')
    const isCold = dropCaches()
    const args = [PROGRAM, path, String(gigabytes * 1e9 + 100e6)]
    const found: Drained = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
    const [opened, first] = [found.openedMs, found.firstMs].map(Math.round)
    const rate = (gigabytes * 1e3) / ((found.endMs - found.firstMs) / 1e3)
    console.log(
      `      ${gigabytes} GB, ${isCold ? 'cold' : 'warm'}: opened after ${opened} ms, first event out after ` +
        `${first} ms, ${Math.round(rate)} MB/s, ${Math.round(found.rssMB)} MB of memory`,
    )
    return found
  }

  it('goes out from the first two seconds on, in memory that does not grow with it', async function () {
    this.timeout(0)
    const [small, large] = [join(folder.path, 'small'), join(folder.path, 'large')]
    await fill(small, SMALL_GB)
    const events = await fill(large, GB)
    const few = drain(small, SMALL_GB)
    const all = drain(large, GB)
    expect(all).to.include({ restored: events, events })
    expect(all.firstMs).to.be.below(2_000)
    expect(all.rssMB - few.rssMB).to.be.below(48)
  })
})

/** Only root can. */
function dropCaches(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return true
  } catch {
    return false
  }
}
