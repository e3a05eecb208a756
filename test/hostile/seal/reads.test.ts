// What code in the agent reads where `landlock.reads` names folders.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { beatSource, eventsOf, Workplace } from '../../cli/workplace.ts'
import { isolation, skip } from '../../live.ts'
import { needsLandlock } from './needs-landlock.ts'

const DISK = '/dev/loop0'

/** Opens each file for reading; the event says how that went. */
const READING = `
  const open = path => {
    try {
      closeSync(openSync(path, 'r'))
      return 'done'
    } catch (error) {
      return error.code
    }
  }
  await context.publish({ read: JSON.parse(process.env.HOSTILE_READS).map(open) })`

describe('code in an agent that may read some folders', function () {
  this.timeout(60_000)
  const secret = (folder: string) => join(folder, 'secret')
  let place: Workplace
  let declared: string
  let other: string
  before(function () {
    needsLandlock.call(this)
    place = new Workplace()
    ;[declared, other] = [
      mkdtempSync(join(tmpdir(), 'declared-')),
      mkdtempSync(join(tmpdir(), 'other-')),
    ]
    for (const folder of [declared, other]) writeFileSync(secret(folder), 'secret')
  })
  after(() => {
    place?.remove()
    for (const folder of [declared, other]) rmSync(folder, { recursive: true, force: true })
  })

  /** What becomes of reading these files. */
  async function read(
    reads: readonly string[],
    files: readonly string[],
  ): Promise<readonly string[]> {
    place.write({
      'beat.js': beatSource(READING, '', "import { closeSync, openSync } from 'node:fs'"),
      'beat.yml': `beats: [{ type: ./beat.js }]
output.console: {}
landlock.reads: ${JSON.stringify(reads)}
`,
    })
    const through = [...isolation(), 'env', `HOSTILE_READS=${JSON.stringify(files)}`]
    const result = await place.startThrough(through, 'run', '--strict.perms=false').ended()
    return eventsOf(result)[0]?.read
  }

  it('reads them, and what the agent itself reads, but nothing else', async () => {
    const files = [secret(declared), '/etc/hosts', '/dev/urandom', secret(other)]
    expect(await read([declared], files)).to.deep.equal(['done', 'done', 'done', 'EACCES'])
    expect(await read([], files)).to.deep.equal(['done', 'done', 'done', 'done'])
  })

  it('as root reads no disk below its file systems', async function () {
    if (process.getuid?.() !== 0 || !existsSync(DISK)) skip(this, `root and ${DISK} are needed`)
    expect(await read([declared], [DISK])).to.deep.equal(['EACCES'])
    expect(await read([], [DISK])).to.deep.equal(['done'])
  })
})
