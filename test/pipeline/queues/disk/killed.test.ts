import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { killed, MOST_REPEATED } from './killed.ts'

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
      const { stored, missing, repeated, twice, messages } = await killed(folder.path, runs)
      expect(stored).to.be.above(KILLS)
      expect(missing).to.deep.equal([])
      expect(Math.max(...repeated)).to.be.at.most(MOST_REPEATED)
      expect(twice).to.deep.equal([])
      expect(messages.filter(text => /damaged|lost/.test(text))).to.deep.equal([])
    })
  }
})
