// The races of race.test.ts, thirty starts each, or as many as RACE_STARTS says.
import { expect } from 'chai'
import { needsAttacker, raced, SCENES } from './race.ts'

const STARTS = Number(process.env['RACE_STARTS'] ?? 30)

describe('another user who swaps what root’s agent is about to read, often', function () {
  this.timeout(60_000 + STARTS * 3_000)
  before(needsAttacker)

  for (const scene of SCENES) {
    it(`${scene.what}: gets no code of its own run in ${STARTS} starts`, async () => {
      expect(await raced(scene, STARTS)).to.equal(0)
    })
  }
})
