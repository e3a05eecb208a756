// The races of race.test.ts, a hundred starts each.
import { expect } from 'chai'
import { needsAttacker, raced, SCENES } from './race.ts'

const STARTS = 100

describe('another user who swaps what root’s agent is about to read, often', function () {
  this.timeout(300_000)
  before(needsAttacker)

  for (const scene of SCENES) {
    it(`${scene.what}: gets no code of its own run in ${STARTS} starts`, async () => {
      expect(await raced(scene, STARTS)).to.equal(0)
    })
  }
})
