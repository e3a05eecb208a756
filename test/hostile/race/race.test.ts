import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { locateFile } from '../../../lib/agent/plugins/locate.ts'
import { readDocument } from '../../../lib/config/source/document.ts'
import { messageOf } from '../../../lib/errors.ts'
import { needsAttacker, Race, raced, SCENES, type Scene } from './race.ts'

const LOOKS = 200
/** She may have the name missing most of the time. */
const MOST_MS = 25_000

type Looks = Record<'read' | 'refused' | 'missing', number>

describe('another user who swaps what root’s agent is about to read', function () {
  this.timeout(60_000)
  before(needsAttacker)

  for (const scene of SCENES.filter(({ how }) => how === 'rename')) {
    it(`${scene.what}: gets no code of its own run`, async () => {
      expect(await raced(scene, 1)).to.equal(0)
    })
  }

  /** What each of many looks has found, as the attacker goes on. */
  async function looks(
    scene: Scene,
    strictPerms: boolean,
    isEnough: (found: Looks) => boolean,
  ): Promise<Looks> {
    const race = new Race(scene)
    const found: Looks = { read: 0, refused: 0, missing: 0 }
    try {
      await race.begun()
      const end = Date.now() + MOST_MS
      while (!isEnough(found) && Date.now() < end)
        found[lookAt(race, scene.config, strictPerms)] += 1
      return found
    } finally {
      race.end()
    }
  }

  function lookAt(race: Race, config: string, strictPerms: boolean): keyof Looks {
    try {
      if (config.startsWith('hers/')) {
        const source = { files: [race.path(config)], overrides: [], env: {}, strictPerms }
        readDocument(source)
        return 'read'
      }
      const name = config === 'own/beat.yml' ? '../hers/beat.js' : '../hers/folder/beat.js'
      const places = {
        builtins: new URL('file:///'),
        config: race.path('own'),
        home: '/',
        strictPerms,
      }
      readFileSync(locateFile('beat', name, places))
      return 'read'
    } catch (error) {
      return messageOf(error).includes('/hers")') ? 'refused' : 'missing'
    }
  }

  for (const scene of SCENES) {
    it(`${scene.what}: is refused in each of ${LOOKS} looks, for the folder`, async () => {
      const { read, refused } = await looks(scene, true, found => found.refused >= LOOKS)
      expect([read, refused]).to.deep.equal([0, LOOKS])
      const unchecked = await looks(scene, false, found => found.read > 0)
      expect(unchecked.read, 'the control').to.equal(1)
    })
  }
})
