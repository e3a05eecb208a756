import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { needsIsolation, skip } from '../live.ts'
import { behind, conduct, type Found, linesOf, saidOf, valuesOf } from './agents.ts'
import { needsLandlock } from './kernel.ts'

const NONE = ['0000000000000000']
const OUTPUT = 'output.console: {}\n'

const unavailable = (reason: RegExp) => ({ line: 'warn: Landlock is not available', reason })
const failed = (code: string, message: string) => ({ code, message })
const LANDLOCK_FAILED = 'error: Landlock domain could not be entered'

describe('sandbox: an agent behind a filter that answers its calls', function () {
  this.timeout(60_000)
  let place: Workplace
  before(function () {
    needsIsolation.call(this)
    needsLandlock.call(this)
    if (process.getuid?.() !== 0) skip(this, 'only root has capabilities to drop')
  })
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  const run = (through: readonly string[], config = '') =>
    conduct(place, { through, config: `${OUTPUT}${config}` })

  /** What holds apart from Landlock. */
  function expectRest(found: Found) {
    expect(found.code, found.stderr).to.equal(0)
    expect(valuesOf(found.event, 'permitted')).to.deep.equal(NONE)
    expect(valuesOf(found.event, 'noNewPrivs')).to.deep.equal(['1'])
    expect(saidOf(found, /^Capabilities/)).to.deep.equal(['info: Capabilities dropped'])
    expect(saidOf(found, /filter/)).to.deep.equal(['info: Syscall filter successfully installed'])
  }

  it('the control: all of it holds where calls are let through', async () => {
    const found = await run(
      behind('personality', 'EPERM'),
      'landlock.required: true\ncapabilities: required\n',
    )
    expectRest(found)
    expect(found.event?.outside).to.equal('EACCES')
    expect(saidOf(found, /Landlock|memory/)).to.deep.equal(['info: Landlock domain entered'])
  })

  const WITHOUT: readonly (readonly [
    call: string,
    errno: string,
    ReturnType<typeof unavailable>,
  ])[] = [
    ['landlock_create_ruleset', 'ENOSYS', unavailable(/has no Landlock.*or an outer filter/)],
    ['landlock_create_ruleset', 'EOPNOTSUPP', unavailable(/lsm=/)],
    ['landlock_create_ruleset', 'EPERM', unavailable(/outer filter refuses/)],
  ]
  for (const [call, errno, { line, reason }] of WITHOUT) {
    it(`${call} with ${errno}: no Landlock, and why; the rest holds`, async () => {
      const found = await run(behind(call, errno))
      expectRest(found)
      expect(saidOf(found, /Landlock/)).to.deep.equal([line])
      expect(linesOf(found, /Landlock/)[0]?.['reason']).to.match(reason)
      expect(found.event?.outside, 'the control').to.equal('done')
    })
  }

  const RESTRICT = 'landlock_restrict_self'
  const FAILING: readonly (readonly [errno: string, object])[] = [
    ['0', failed('PRETENDED', `${RESTRICT}(2) has answered with success, but nothing is refused`)],
    ['EPERM', failed('KERNEL_REFUSED', `${RESTRICT}: EPERM`)],
  ]
  for (const [errno, error] of FAILING) {
    it(`${RESTRICT} with ${errno}: found out; the rest holds`, async () => {
      const found = await run(behind(RESTRICT, errno))
      expectRest(found)
      expect(saidOf(found, /Landlock/)).to.deep.equal([LANDLOCK_FAILED])
      expect(linesOf(found, /Landlock/)[0]?.['error']).to.deep.equal(error)
      expect(found.event?.outside, 'the control').to.equal('done')
    })
  }

  const CAPSET: readonly (readonly [errno: string, object])[] = [
    [
      '0',
      failed(
        'PRETENDED',
        'capset(2) has answered with success, but the capabilities are still there',
      ),
    ],
    ['EPERM', failed('KERNEL_REFUSED', 'capset: EPERM')],
  ]
  for (const [errno, error] of CAPSET) {
    it(`capset with ${errno}: found out; every thread is in the domain all the same`, async () => {
      const found = await conduct(place, {
        through: behind('capset', errno),
        config: OUTPUT,
        run: `found.pool = await fs.promises.open(${JSON.stringify('outside.txt')}, 'r+').then(() => 'done', error => error.code)`,
      })
      expect(found.code, found.stderr).to.equal(0)
      expect(linesOf(found, /^Capabilities could/)[0]?.['error']).to.deep.equal(error)
      expect(valuesOf(found.event, 'permitted'), 'the control').not.to.deep.equal(NONE)
      expect(valuesOf(found.event, 'noNewPrivs')).to.deep.equal(['1'])
      expect(saidOf(found, /Landlock/)).to.deep.equal(['info: Landlock domain entered'])
      expect(found.event).to.include({ outside: 'EACCES', pool: 'EACCES' })
    })
  }

  const PR_SET_NO_NEW_PRIVS = 38
  for (const [errno, code] of [
    ['0', 'PRETENDED'],
    ['EPERM', 'KERNEL_REFUSED'],
  ] as const) {
    it(`prctl(PR_SET_NO_NEW_PRIVS) with ${errno}: neither part is said to hold`, async () => {
      const found = await run(behind(`prctl:${PR_SET_NO_NEW_PRIVS}`, errno))
      expect(valuesOf(found.event, 'noNewPrivs'), 'the control').to.deep.equal(['0'])
      expect(linesOf(found, /Landlock domain could/)[0]?.['error']).to.include({ code })
      expect(linesOf(found, /Capabilities could/)[0]?.['error']).to.include({ code })
      expect(valuesOf(found.event, 'permitted'), 'they are dropped all the same').to.deep.equal(
        NONE,
      )
    })
  }

  const PR_SET_DUMPABLE = 4
  it('prctl(PR_SET_DUMPABLE) with 0: found out; the rest holds', async () => {
    const found = await run(behind(`prctl:${PR_SET_DUMPABLE}`, '0'))
    expectRest(found)
    expect(found.event?.outside).to.equal('EACCES')
    const [line] = saidOf(found, /memory/)
    expect(line).to.match(/^warn: Other processes of this user can read its memory: .*EINVAL$/)
  })

  it('rt_tgsigqueueinfo with EPERM: the threads that could not be asked are named', async () => {
    const found = await run(behind('rt_tgsigqueueinfo', 'EPERM'))
    expect(found.code).to.equal(0)
    const landlock = linesOf(found, /Landlock domain was not entered by every thread/)[0]
    expect(landlock?.['error']).to.have.property('message').contains('could not be asked (EPERM)')
    expect(landlock?.['threads']).to.have.property('length').greaterThan(4)
    expect(saidOf(found, /^Capabilities/)).to.deep.equal([
      'error: Capabilities were not dropped by every thread',
    ])
  })

  const REQUIRED: readonly (readonly [config: string, call: string, errno: string])[] = [
    ['landlock.required: true', 'landlock_create_ruleset', 'ENOSYS'],
    ['landlock.required: true', RESTRICT, '0'],
    ['landlock.required: true', 'rt_tgsigqueueinfo', 'EPERM'],
    ['landlock: { enabled: false, required: true }', 'personality', 'EPERM'],
    ['capabilities: required', 'capset', '0'],
    ['capabilities: required', 'capset', 'EPERM'],
    ['capabilities: required', 'rt_tgsigqueueinfo', 'EPERM'],
  ]
  for (const [config, call, errno] of REQUIRED) {
    it(`${config}, ${call} with ${errno}: 77, and no beat runs`, async () => {
      const found = await run(behind(call, errno), `${config}\n`)
      expect(found.code, found.stderr).to.equal(77)
      expect(saidOf(found, /required.*: not running without it/)).to.have.length(1)
      expect(found.stderr).not.to.include('Exiting: ')
      expect(found.event).to.equal(undefined)
      expect(saidOf(found, /^Beat started/)).to.deep.equal([])
    })
  }
})
