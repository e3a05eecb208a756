import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { ROOT } from '../docs/page.ts'
import { needsLinux } from '../live.ts'
import { Flooded } from './flooded.ts'
import { judge } from './ledger.ts'
import { randomFrom } from './random.ts'

const KILLS = 12
const SOUND = { missing: [], torn: [], unended: [] }

const faulty = (fault: string) =>
  `output.main: { type: ${ROOT}dist/test/faults/faulty-output.js, path: EVENTS/events.ndjson, fault: ${fault} }`

describe('an agent under flood that is killed', function () {
  this.timeout(60_000)
  before(needsLinux)
  let flooded: Flooded
  const begin = (output?: string) => {
    flooded = new Flooded(output)
    return flooded
  }
  afterEach(() => flooded.end())

  it('loses nothing that it has confirmed, and ends every torn line at its next start', async () => {
    const agent = begin()
    const random = randomFrom(1)
    for (let kill = 1; kill <= KILLS; kill++) {
      await agent.start()
      await sleep(random() * 150)
      await agent.kill()
      expect(agent.judge(), `after kill ${kill}`).to.deep.equal({
        ...SOUND,
        repeated: [],
        disordered: [],
      })
      if (kill % 3 === 0) agent.tear()
    }
    expect(agent.files().length).to.be.within(KILLS, 1000)
    expect(agent.counts.confirmed).to.be.above(1000)
  })

  it('loses nothing but what was in a file when that file was removed', async () => {
    const agent = begin()
    const random = randomFrom(2)
    const WAYS = [
      () => agent.removeStopped(),
      () => agent.removeMoved(),
      () => agent.move(),
      () => agent.removeStopped(),
    ]
    for (let kill = 1; kill <= KILLS; kill++) {
      await agent.start()
      for (const way of WAYS) {
        await sleep(random() * 60)
        await way()
      }
      await agent.kill()
      const { missing, torn } = agent.judge()
      // A file that was moved away in the middle of a line is nobody's to repair.
      expect({ missing, torn }, `after kill ${kill}`).to.deep.equal({ missing: [], torn: [] })
      if (kill % 3 === 0) agent.tear()
      if (kill % 4 === 0) agent.remove()
    }
    expect(agent.counts.removed).to.be.above(100)
    // A busy machine gets less done between two removals, so it is given more time.
    while (agent.counts.confirmed <= 2 * agent.counts.removed) {
      await agent.start()
      await sleep(100)
      await agent.kill()
      const { missing, torn } = agent.judge()
      expect({ missing, torn }).to.deep.equal({ missing: [], torn: [] })
    }
    expect(agent.counts.confirmed).to.be.above(2 * agent.counts.removed)
  })

  describe('is found out, if', () => {
    it('its output confirms before it has written', async () => {
      const agent = begin(faulty('early'))
      await agent.start()
      await sleep(50)
      await agent.kill()
      expect(agent.judge().missing).not.to.deep.equal([])
    })

    it('its output writes on to a file that was removed', async () => {
      const agent = begin(faulty('blind'))
      let missing: readonly unknown[] = []
      // On a busy machine it may confirm nothing in so short a time.
      for (let tries = 0; tries < 20 && missing.length === 0; tries++) {
        await agent.start()
        await agent.removeStopped()
        await sleep(50)
        await agent.kill()
        missing = agent.judge().missing
      }
      expect(missing).not.to.deep.equal([])
    })

    it('a file lacks a line, has half a line, or has them in another order', async () => {
      const agent = begin()
      await agent.start()
      await agent.kill()
      const [file = { name: '', text: '' }] = agent.files()
      const lines = file.text.split('\n').filter(Boolean)
      const ids = lines.map(line => JSON.parse(line).id)
      const [first = '', second = '', ...rest] = lines
      const judged = (...changed: readonly string[]) =>
        judge([{ ...file, text: `${changed.join('\n')}\n` }], ids.slice(0, -1))
      const sound = { ...SOUND, repeated: [], disordered: [] }
      expect(judged(first, second, ...rest)).to.deep.equal(sound)
      expect(judged(second, ...rest)).to.deep.equal({ ...sound, missing: [ids[0]] })
      const half = second.slice(0, 20)
      expect(judged(first, half, second, ...rest)).to.deep.equal({ ...sound, torn: [half] })
      expect(judged(second, first, ...rest)).to.deep.equal({ ...sound, disordered: [ids[0]] })
      expect(judged(first, first, second, ...rest)).to.deep.equal({ ...sound, repeated: [ids[0]] })
      const open = [{ name: 'old', text: half }, file]
      expect(judge(open, []).unended).to.deep.equal(['old'])
    })
  })
})
