// What a declared program opens to code in the agent, the filter out of the way.
import { existsSync, rmSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, eventsOf, Workplace } from '../../cli/workplace.ts'
import { isolation, skip } from '../../live.ts'
import { needsLandlock } from './needs-landlock.ts'
import { LOADER } from './programs.ts'

const PROGRAM = '/bin/true'

const STARTING = `
  const start = ([program, ...args]) => {
    const { error, status } = spawnSync(program, args)
    return error ? error.code : status
  }
  await context.publish({ started: JSON.parse(process.env.HOSTILE_STARTS).map(start) })`

describe('code in an agent with a program that may be executed', function () {
  this.timeout(60_000)
  let place: Workplace
  before(needsLandlock)
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  /** The exit code of each program, or the error of its start. */
  async function started(
    programs: readonly (readonly string[])[],
    landlock = true,
  ): Promise<readonly (string | number)[]> {
    const declared = `privileges: () => [{ executes: '${PROGRAM}', why: 'of the test' }],`
    const before = "import { spawnSync } from 'node:child_process'"
    place.write({
      'beat.js': beatSource(STARTING, declared, before),
      'beat.yml': `beats: [{ type: ./beat.js }]
output.console: {}
seccomp.enabled: false
landlock.enabled: ${landlock}
`,
    })
    const through = [...isolation(), 'env', `HOSTILE_STARTS=${JSON.stringify(programs)}`]
    const result = await place.startThrough(through, 'run', '--strict.perms=false').ended()
    return eventsOf(result)[0]?.started
  }

  it('starts that program by its name, and no other', async () => {
    const programs = [[PROGRAM], ['/bin/sh', '-c', 'exit 7']]
    expect(await started(programs)).to.deep.equal([0, 'EACCES'])
    expect(await started(programs, false)).to.deep.equal([0, 7])
  })

  it('starts any file by the loader, which the kernel has to execute: a known limit', async function () {
    if (LOADER === undefined) skip(this, 'no loader that is known')
    expect(await started([[LOADER, '/bin/sh', '-c', 'exit 7']])).to.deep.equal([7])
  })

  it('has no program that gets out of the domain', async function () {
    if (LOADER === undefined) skip(this, 'no loader that is known')
    const file = place.path('written')
    const writing = [LOADER, '/bin/sh', '-c', `: > ${file}`]
    expect((await started([writing]))[0]).to.be.above(0)
    expect(existsSync(file)).to.equal(false)
    expect(await started([writing], false)).to.deep.equal([0])
    expect(existsSync(file)).to.equal(true)
    rmSync(file)
  })
})
