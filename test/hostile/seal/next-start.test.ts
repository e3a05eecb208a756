// Code in a sealed agent prepares the next start, which opens the lock, the log and the output before its seal.
import { chmodSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, type Result, Workplace } from '../../cli/workplace.ts'
import { isolation, skip } from '../../live.ts'
import { needsLandlock } from './needs-landlock.ts'

/** Files that a start opens for writing. */
const OPENED = ['data/sealbeat.lock', 'data/events/events.ndjson', 'logs/sealbeat.ndjson']
const UNTOUCHED = 'untouched\n'

/** Puts a symbolic link to a file outside in the place of each, and ends the agent before it notices. */
const PLANTING = `
  const codes = OPENED.map((file, at) => {
    try {
      rmSync(file, { force: true })
      symlinkSync(VICTIMS[at], file)
      return 'done'
    } catch (error) {
      return error.code
    }
  })
  console.error('planted ' + codes)
  process.reallyExit(0)`

describe('code in a sealed agent that prepares the next start', function () {
  this.timeout(60_000)
  let place: Workplace
  const victims = OPENED.map((_, at) => `victim-${at}`)
  before(needsLandlock)
  beforeEach(() => {
    place = new Workplace()
    place.write(Object.fromEntries(victims.map(name => [name, UNTOUCHED])))
  })
  afterEach(() => place.remove())

  async function start(run: string, landlock: boolean, user = ''): Promise<Result> {
    const paths = (names: readonly string[]) => JSON.stringify(names.map(name => place.path(name)))
    const before = `import { rmSync, symlinkSync } from 'node:fs'
const OPENED = ${paths(OPENED)}, VICTIMS = ${paths(victims)}`
    place.write({
      'beat.js': beatSource(run, '', before),
      'beat.yml': `beats: [{ type: ./beat.js }]
output.file: { path: events }
logging.to_files: true
landlock.enabled: ${landlock}
user: '${user}'
`,
    })
    return await place.startThrough(isolation(), 'run', '--strict.perms=false').ended()
  }

  function touched(): readonly string[] {
    return victims.filter(name => readFileSync(place.path(name), 'utf8') !== UNTOUCHED)
  }

  it('can’t have it write files outside, as it makes no symbolic links', async () => {
    const { stderr } = await start(PLANTING, true)
    expect(stderr).to.include('planted EACCES,EACCES,EACCES')
    expect((await start('await context.publish({})', true)).code).to.equal(0)
    expect(touched()).to.deep.equal([])
  })

  it('without Landlock can: the control', async () => {
    const { stderr } = await start(PLANTING, false)
    expect(stderr).to.include('planted done,done,done')
    await start('await context.publish({})', true)
    expect(touched()).to.deep.equal(victims)
  })

  it('can’t have root write them for another user, without Landlock either', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become another user')
    chmodSync(place.folder, 0o755)
    const { stderr } = await start(PLANTING, false, '65534:65534')
    expect(stderr).to.include('planted done,done,done')
    const next = await start('await context.publish({})', false, '65534:65534')
    expect(next.code).to.equal(1)
    for (const file of OPENED) expect(next.stderr).to.include(place.path(file))
    expect(next.stderr).to.include('are symbolic links that root did not make')
    expect(touched()).to.deep.equal([])
  })
})
