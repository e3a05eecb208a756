import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { Attribution } from '../../../lib/agent/process/attribution.ts'
import { packageRoot } from '../../../lib/own-package.ts'

const OLD = '20.19.0'
const NEW = '24.0.0'

/** An error with this stack. */
function thrownIn(...files: readonly string[]): Error {
  const error = new Error('stray')
  const frames = files.map(
    (file, at) => `    at ${at === 0 ? 'f (' : ''}${file}:3:7${at === 0 ? ')' : ''}`,
  )
  error.stack = ['Error: stray', ...frames].join('\n')
  return error
}

const own = (path: string) => new URL(path, packageRoot()).href

describe('Attribution', () => {
  describe('with one beat and nothing else from outside, before Node 24', () => {
    const attribution = new Attribution({ beats: ['one'], hasOthers: false }, OLD)

    it('follows nothing, and lays an error at the door of the beat', async () => {
      const found = await attribution.to('one', async () => {
        await setImmediate()
        return attribution.beatOf(new Error('stray'))
      })
      expect(found).to.equal('one')
      expect(attribution.beatOf('no error'), 'not even an Error').to.equal('one')
      expect(attribution.beatOf(thrownIn('node:net', 'node:internal/x')), 'of Node').to.equal('one')
    })

    it('but not one whose stack has files of the framework alone', () => {
      const ours = own('dist/lib/pipeline/delivery/delivery.js')
      expect(attribution.beatOf(thrownIn(ours, 'node:internal/x', ours))).to.equal(undefined)
      expect(attribution.beatOf(thrownIn(ours, 'file:///opt/own/probe.js'))).to.equal('one')
      expect(attribution.beatOf(thrownIn(ours, '/opt/own/probe.cjs'))).to.equal('one')
      expect(attribution.beatOf(thrownIn(own('dist/beats/host/index.js')))).to.equal('one')
    })
  })

  const FOLLOWED = {
    'two beats': new Attribution({ beats: ['one', 'two'], hasOthers: false }, OLD),
    'an output of ones own': new Attribution({ beats: ['one'], hasOthers: true }, OLD),
    'Node 24': new Attribution({ beats: ['one'], hasOthers: false }, NEW),
  }
  for (const [what, attribution] of Object.entries(FOLLOWED)) {
    it(`follows the code of beats with ${what}`, async () => {
      const found = await attribution.to('one', async () => {
        await setImmediate()
        return attribution.beatOf(new Error('stray'))
      })
      expect(found).to.equal('one')
      expect(attribution.beatOf(new Error('stray')), 'of nobody').to.equal(undefined)
    })
  }

  it('follows a beat that a reload adds', async () => {
    const attribution = new Attribution({ beats: ['one'], hasOthers: false }, OLD)
    const first = attribution.to('one', async () => {
      await setImmediate()
      return attribution.beatOf(new Error('stray'))
    })
    const second = attribution.to('two', async () => {
      await setImmediate()
      return attribution.beatOf(new Error('stray'))
    })
    expect(await Promise.all([first, second])).to.deep.equal(['one', 'two'])
  })
})
