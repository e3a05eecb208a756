import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { killed } from './killed.ts'

const KILLS = 8

describe('the queue on the disk of a process that is killed again and again', () => {
  const folder = temporaryFolder()
  const moods = [
    ['down', Array.from({ length: KILLS }, () => 'down' as const)],
    ['slow', Array.from({ length: KILLS }, () => 'slow' as const)],
    ['up', Array.from({ length: KILLS }, () => 'up' as const)],
  ] as const

  for (const [mood, runs] of moods) {
    it(`has every event that was stored, while the output is ${mood}`, async () => {
      const { stored, missing, duplicates, messages } = await killed(folder.path, runs)
      expect(stored).to.be.above(KILLS)
      expect(missing).to.deep.equal([])
      // Three batches of 50 are in flight, and one more may have been answered while the position was written.
      expect(duplicates / runs.length).to.be.at.most(4 * 50)
      expect(messages.filter(text => /damaged|lost/.test(text))).to.deep.equal([])
    })
  }
})
