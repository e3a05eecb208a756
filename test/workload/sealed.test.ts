import { expect } from 'chai'
import { needsIsolation, needsLinux, runIsolated, skip } from '../live.ts'
import { NODE_MAJORS, nodeBinary } from '../nodes.ts'
import { ENDINGS, EXPECTED } from './endings.ts'

describe('the workload behind the default policy', function () {
  this.timeout(120_000)
  before(function () {
    needsLinux.call(this)
    needsIsolation.call(this)
  })

  for (const major of NODE_MAJORS) {
    describe(`Node ${major}`, () => {
      const node = nodeBinary(major) ?? ''

      before(function () {
        if (!node) skip(this, `no .cache/node/${major}/bin/node (make nodes)`)
      })

      it('runs unharmed', () => {
        const { end, stdout, stderr } = runIsolated('workload', { node, input: 'input\n' })
        expect(stdout, stderr).to.include('"state":"installed"')
        expect(stdout).to.match(/^15 passed, 0 failed$/m)
        expect(end, stderr).to.equal(0)
      })

      it('works as an agent does', () => {
        const { end, stdout, stderr } = runIsolated('workload', { node, args: ['steady'] })
        expect(stdout).to.match(/^1 passed, 0 failed$/m)
        expect(end, stderr).to.equal(0)
      })

      for (const ending of ENDINGS) {
        it(`ends by ${EXPECTED[ending]} when ${ending}`, () => {
          const execArgs = ['--max-old-space-size=30']
          const { end, stdout } = runIsolated('workload', { node, execArgs, args: [ending] })
          expect(stdout).to.include('"state":"installed"')
          expect(end).to.equal(EXPECTED[ending])
        })
      }
    })
  }
})
