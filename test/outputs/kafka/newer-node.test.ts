import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { ROOT } from '../../docs/page.ts'
import { skip } from '../../live.ts'
import { NO_NEWER_NODE, newerNode, runsHere } from './newer-node.ts'

describe('output.kafka, where this Node is too old for it', () => {
  it('passes its tests on a newer one', function () {
    this.timeout(60_000)
    if (runsHere()) skip(this, 'this Node is new enough')
    const node = newerNode() ?? skip(this, NO_NEWER_NODE)
    const tests = ['contract', 'kafka'].map(
      name => `${ROOT}dist/test/outputs/kafka/${name}.test.js`,
    )
    // That of the agent under the filter takes longer: `make integration` has one.
    const only = ['--grep', 'under the filter', '--invert']
    const mocha = [`${ROOT}node_modules/mocha/bin/mocha.js`, '--no-config', '--timeout', '30000']
    const { status, stdout } = spawnSync(String(node), [...mocha, ...only, ...tests], {
      encoding: 'utf8',
    })
    expect(status, stdout).to.equal(0)
    expect(stdout)
      .to.match(/\d+ passing/)
      .and.not.to.match(/pending/)
  })
})
