import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { beatSource, type LogLine, messagesOf, type Result, Workplace } from '../cli/workplace.ts'
import { ROOT } from '../docs/page.ts'
import { needsLinux } from '../live.ts'
import { stageLines } from '../spec/lab.ts'

/** Publishes before it does anything else. */
const BEAT = beatSource(`
  const receipts = await Promise.all([1, 2, 3].map(n => context.publish({ n })))
  await Promise.all(receipts.map(receipt => receipt.confirmed))`)
const UNKNOWN =
  'seccomp: { default_action: errno, syscalls: [{ action: allow, names: [no_such] }] }'

/** Whether this process has no filter from a container, which all of its children would have. */
const isUnsealed =
  process.platform === 'linux' && /^Seccomp:\s*0$/m.test(readFileSync('/proc/self/status', 'utf8'))

/** What was heard before the stage had said its one line, and after it. */
function heardIn({ log }: Result) {
  const at = log.indexOf(stageLines({ log })[0] as LogLine)
  const heard = (lines: readonly LogLine[]) => lines.filter(({ message }) => message === 'Heard')
  return { before: heard(log.slice(0, at)), after: heard(log.slice(at)) }
}

describe('the output', () => {
  before(needsLinux)
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.js': BEAT })
  })
  afterEach(() => place.remove())

  const run = (seccomp: string, settings = '') => {
    place.write({
      'beat.yml': `beats: [{ type: ./beat.js, id: a }, { type: ./beat.js, id: b }]
output.main: { type: ${ROOT}dist/test/faults/hearing-output.js${settings} }
${seccomp}
`,
    })
    return place.run('run', '--strict.perms=false')
  }

  const CASES = [
    ['is installed', '', 'Syscall filter successfully installed'],
    ['is disabled', 'seccomp.enabled: false', 'Syscall filter is disabled by configuration'],
    ['names an unknown call', UNKNOWN, 'Syscall filter could not be installed'],
  ] as const
  for (const [what, seccomp, said] of CASES) {
    it(`hears of no event before the stage has said its one line, where the filter ${what}`, async () => {
      const result = await run(seccomp)
      expect(result.code, result.stderr).to.equal(0)
      expect(stageLines(result).map(({ message }) => message)).to.deep.equal([said])
      const { before, after } = heardIn(result)
      expect(before).to.deep.equal([])
      expect(after.reduce((sum, { events }) => sum + Number(events), 0)).to.equal(6)
      const unsealed = after.map(line => Number(line['unsealed']))
      if (seccomp === '') expect(Math.max(...unsealed)).to.equal(0)
      else if (isUnsealed) expect(Math.min(...unsealed)).to.be.above(0)
    })
  }

  it('hears of none at all where an agent that has to be sealed can not be', async () => {
    const result = await run(UNKNOWN.replace('{', '{ required: true,'))
    expect(result.code).to.equal(77)
    expect(messagesOf(result)).to.include('Syscall filter could not be installed')
    expect(messagesOf(result)).not.to.include('Heard')
  })

  it('is found out if it hears of something earlier', async () => {
    const { before } = heardIn(await run('', ', hasty: true'))
    expect(before).to.have.lengthOf(1)
    if (isUnsealed) expect(Number(before[0]?.['unsealed'])).to.be.above(0)
  })
})
