// Hundreds of kills: mocha --no-config dist/test/pipeline/queues/disk/killed.live.js (KILLS: 300).
import { expect } from 'chai'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { killed, MOST_REPEATED } from './killed.ts'

const KILLS = Number(process.env['KILLS'] ?? 300)
const MOODS = ['down', 'slow', 'up'] as const

describe('the queue on the disk of a process that is killed hundreds of times', () => {
  const folder = temporaryFolder()

  it('has every event that was stored, whatever the output does', async function () {
    this.timeout(0)
    const runs = Array.from({ length: KILLS }, (_, at) => MOODS[at % 3] ?? 'up')
    const found = await killed(folder.path, runs)
    const most = Math.max(...found.repeated)
    console.log(`      ${KILLS} kills, ${found.stored} events stored, at most ${most} repeated`)
    expect(found.missing).to.deep.equal([])
    expect(most).to.be.at.most(MOST_REPEATED)
    expect(found.twice).to.deep.equal([])
    expect(found.messages.filter(text => /damaged|lost/.test(text))).to.deep.equal([])
  })
})
