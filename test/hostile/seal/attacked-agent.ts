// The tests of every run on one Node: for `make test` on the running one, for `make live-nodes` on all.
import { expect } from 'chai'
import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { differences, impossible, RUNS, titleOf, withoutControl } from './matrix.ts'
import { attacked, type Found, type Run } from './run.ts'

const support = landlockSupport()
const ABI = support.available ? support.abi : 0

/** @param node the binary */
export function describeAttacks(node: string): void {
  const notTried = new Set<string>()
  for (const run of RUNS) describeRun(run, node, notTried)
  after(() => {
    for (const name of notTried) console.log(`      not tried on this machine: ${name}`)
  })
}

function describeRun(run: Run, node: string, notTried: Set<string>): void {
  describe(titleOf(run), () => {
    let found: Found
    before(async () => {
      found = await attacked(run, node)
      for (const name of impossible(run.who, found.before)) notTried.add(name)
    })

    it('is refused what the table says, with its errors, and nothing else', () => {
      expect(differences(run, found, ABI)).to.deep.equal([])
    })

    // An agent that becomes the user attacks as root before; the control of it is that user's own agent.
    if (run.who !== 'becomes 65534') {
      it('was refused none of it before the seal', () => {
        expect(withoutControl(run.who, found.before)).to.deep.equal([])
      })
    }

    it('has nothing open for writing but what is below its data', () => {
      expect(found.open).to.include(`${found.inside}/sealbeat.lock`)
      const outside = found.open.filter(file => !file.startsWith(`${found.inside}/`))
      expect(outside.filter(file => file !== '/dev/null')).to.deep.equal([])
    })

    it('ends as an agent does whose beats are done', () => {
      expect(found.code).to.equal(0)
    })
  })
}
