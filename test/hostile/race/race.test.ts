import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { locateFile } from '../../../lib/agent/plugins/locate.ts'
import { readDocument } from '../../../lib/config/source/document.ts'
import { messageOf } from '../../../lib/errors.ts'
import { needsAttacker, Race, raced, SCENES, type Scene } from './race.ts'

const LOOKS = 400

describe('another user who swaps what root’s agent is about to read', function () {
  this.timeout(60_000)
  before(needsAttacker)

  for (const scene of SCENES.filter(({ how }) => how === 'rename')) {
    it(`${scene.what}: gets no code of its own run`, async () => {
      expect(await raced(scene, 1)).to.equal(0)
    })
  }

  /** What each of many looks has found, as the attacker goes on. */
  async function looks(scene: Scene, strictPerms: boolean): Promise<ReadonlyMap<string, number>> {
    const race = new Race(scene)
    const found = new Map<string, number>()
    try {
      await race.begun()
      for (let look = 0; look < LOOKS; look += 1) {
        const text = lookAt(race, scene.config, strictPerms)
        found.set(text, (found.get(text) ?? 0) + 1)
      }
      return found
    } finally {
      race.end()
    }
  }

  function lookAt(race: Race, config: string, strictPerms: boolean): string {
    try {
      if (config.startsWith('hers/')) {
        const source = { files: [race.path(config)], overrides: [], env: {}, strictPerms }
        return String(readDocument(source).value.beats !== undefined && 'read')
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
      const found = await looks(scene, true)
      expect(found.get('read')).to.equal(undefined)
      expect(found.get('refused')).to.be.above(LOOKS / 10)
      expect((await looks(scene, false)).get('read'), 'the control').to.be.above(LOOKS / 10)
    })
  }
})
