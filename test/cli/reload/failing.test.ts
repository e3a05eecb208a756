import { expect } from 'chai'
import { beatSource } from '../workplace.ts'
import { beat, changesOf, config, reloading } from './reloading.ts'

describe('sealbeat run, told to reload what fails', function () {
  this.timeout(30_000)
  const { place, start, reload, stop } = reloading()

  describe('where a beat', () => {
    const opening = beatSource(
      'await context.publish({ word: resources }); await sleep(1e6, undefined, { signal: context.signal })',
      `async open({ settings: { word } }) {
    console.error('open ' + word)
    if (word.startsWith('bad') || forbidden.has(word)) throw new Error(word + ' is taken')
    if (word === 'once') forbidden.add(word)
    return word
  },
  async close(word) { console.error('close ' + word) },`,
      'const forbidden = new Set()',
    )
    const open = (word: string) => `{ type: ./open.js, word: ${word} }`

    beforeEach(() => place().write({ 'open.js': opening }))
    const stepsOf = (stderr: string) =>
      stderr.split('\n').filter(line => /^(open|close) /.test(line))

    it('can not be opened with the new settings, it has the old ones again', async () => {
      const agent = await start([open('good'), beat('one')])
      const next = config([open('bad'), beat('one', ', word: x')])
      const verdict = await reload(agent, next, 'Reloaded but for open')
      expect(verdict).to.include({ 'log.level': 'warn' })
      expect(changesOf(verdict)).to.deep.equal({
        added: [],
        removed: [],
        restarted: ['one'],
        unchanged: [],
        failed: ['open'],
      })
      // The old beat still counts as configured, so the new one is tried again.
      const again = await reload(agent, config([open('fine'), beat('one', ', word: x')]))
      expect(changesOf(again)).to.deep.include({ restarted: ['open'], unchanged: ['one'] })
      const { log, stderr } = await stop(agent)
      expect(log.find(line => line['log.level'] === 'error')).to.include({
        beat: 'open',
        message: 'beat open could not be opened: bad is taken; going back to its old settings',
      })
      expect(stepsOf(stderr)).to.deep.equal([
        ...['open good', 'close good', 'open bad', 'open good', 'close good', 'open fine'],
        'close fine',
      ])
    })

    it('can be opened neither way, the others go on without it', async () => {
      const agent = await start([open('once'), beat('one')])
      const verdict = await reload(
        agent,
        config([open('bad'), beat('one')]),
        'Reloaded but for open',
      )
      expect(verdict['unchanged']).to.deep.equal(['one'])
      const again = await reload(agent, config([open('good'), beat('one')]))
      expect(again['added']).to.deep.equal(['open'])
      const { messages } = await stop(agent)
      expect(messages).to.include(
        'beat open could not be opened: once is taken, as it was, either: restart the agent to have it again',
      )
    })

    it('was the last one, and can be opened neither way, the agent ends with 1', async () => {
      const agent = await start([open('once')])
      await reload(agent, config([open('bad')]), 'Stopping: no beat is left')
      expect((await agent.ended()).code).to.equal(1)
    })

    it('that is new can not be opened, the others are as they should be', async () => {
      const agent = await start([beat('one')])
      const next = config([beat('one', ', word: x'), open('bad'), beat('two')])
      const verdict = await reload(agent, next, 'Reloaded but for open')
      expect(changesOf(verdict)).to.deep.include({ added: ['two'], restarted: ['one'] })
      await stop(agent)
    })

    it('does not stop, it stays, and runs again once it has', async () => {
      const stubborn = beatSource(
        `const { settings: { word }, publish, signal } = context
      await publish({ word, runs: ++runs })
      if (runs === 1) while (!existsSync('let-go')) await sleep(20)
      else await sleep(1e6, undefined, { signal })`,
        '',
        `import { existsSync } from 'node:fs'\nlet runs = 0`,
      )
      place().write({ 'stubborn.js': stubborn })
      const of = (word: string) => `{ type: ./stubborn.js, word: ${word} }`
      const agent = await start([of('old'), beat('one')], 'shutdown_timeout: 1s')
      const next = config([of('new'), beat('one', ', word: x')], 'shutdown_timeout: 1s')
      const verdict = await reload(agent, next, 'Reloaded but for stubborn')
      expect(changesOf(verdict)).to.deep.include({ restarted: ['one'], failed: ['stubborn'] })
      await agent.logged('Beat stubborn does not stop: it stays as it was')
      place().write({ 'let-go': '' })
      await agent.printed('"word":"old","runs":2')
      expect(await reload(agent, next)).to.deep.include({ restarted: ['stubborn'] })
      await agent.printed('"word":"new","runs":3')
      await stop(agent)
    })
  })
})
