import { expect } from 'chai'
import { landlockFindings } from '../../../lib/sandbox/check/landlock.ts'
import { confinedFindings } from '../../../lib/sandbox/check/trial.ts'
import type { LandlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { linesOf } from './findings.ts'

const NEWEST = { available: true, abi: 8, sparesOwnSignals: true } as const
const OLD = { available: true, abi: 3, sparesOwnSignals: false } as const
const NONE = { available: false, reason: 'not in lsm=', mend: 'add it to lsm=' } as const
const ON = { enabled: true, required: false }
const PORT = { what: 443, who: 'beat web', why: 'asks' }

function found(
  support: LandlockSupport,
  {
    landlock = ON,
    connects = [] as readonly (typeof PORT)[] | undefined,
    inside = [] as readonly { what: 'inside'; who: string; why: string }[],
  } = {},
) {
  return linesOf(landlockFindings({ landlock, reach: { connects, listens: [], inside } }, support))
}

describe('sandbox check: Landlock in the kernel', () => {
  it('is content with a new kernel', () => {
    expect(found(NEWEST, { connects: [PORT] })).to.deep.equal(['ok: Landlock, ABI 8'])
  })

  it('says what an old one can’t refuse, and warns if ports are declared', () => {
    const lines = found(OLD)
    expect(lines.filter(line => line.startsWith('info')).join()).to.contain('TCP ports (Linux 6.7)')
    expect(lines.filter(line => line.startsWith('warning'))).to.deep.equal([])
    const [warning] = found(OLD, { connects: [PORT] }).filter(line => line.startsWith('warning'))
    expect(warning).to.match(/^warning: TCP ports are declared \(443\).*Linux 6\.7/)
  })

  it('does not warn of ports where all are declared', () => {
    const lines = found(OLD, { connects: undefined })
    expect(lines.some(line => line.startsWith('warning'))).to.equal(false)
  })

  it('says how to mend a kernel without it: a warning, or an error where it is required', () => {
    const text = 'Landlock is not available: not in lsm=; add it to lsm='
    expect(found(NONE)).to.deep.equal([`warning: ${text}`])
    expect(found(NONE, { landlock: { ...ON, required: true } })).to.deep.equal([`error: ${text}`])
  })

  it('names who gives it up', () => {
    const inside = [{ what: 'inside', who: 'beat ps', why: 'reads maps' } as const]
    expect(found(NEWEST, { inside }).join()).to.match(/^warning: Landlock is off, as beat ps/)
    const landlock = { ...ON, required: true }
    expect(found(NEWEST, { inside, landlock }).join()).to.match(/^error: /)
  })

  it('notes that it is disabled, and what contradicts that', () => {
    expect(found(NONE, { landlock: { enabled: false, required: false } }).join()).to.match(
      /^info: Landlock is disabled by configuration/,
    )
    const both = found(NEWEST, { landlock: { enabled: false, required: true } })
    expect(both.join()).to.match(/^error: .*remove one of them/)
  })
})

describe('sandbox check: the trial', () => {
  it('says which parts were entered, from the log', () => {
    const log = [{ message: 'Landlock domain entered; this kernel…' }, { message: 'Running' }]
    expect(linesOf(confinedFindings(log))).to.deep.equal([
      'ok: every thread entered the Landlock domain',
    ])
    expect(confinedFindings([{ message: 'Landlock domain could not be entered' }])).to.deep.equal(
      [],
    )
  })
})
