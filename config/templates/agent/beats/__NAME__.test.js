import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkBeat, runBeat } from 'sealbeat/testing'
import beat from './__NAME__.js'

describe('__NAME__', () => {
  it('keeps the contract', () => checkBeat(beat, { config: { period: '10ms' } }))

  it('publishes its message every period', async () => {
    const events = await runBeat(beat, { period: '10ms', message: 'well' }, { count: 3 })
    assert.ok(events.length >= 3)
    for (const { message } of events) assert.equal(message, 'well')
  })

  it('publishes its message once in a round', async () => {
    const events = await runBeat(beat, { message: 'well' }, { once: true })
    assert.deepEqual(
      events.map(({ message }) => message),
      ['well'],
    )
  })

  it('rejects invalid settings', async () => {
    const run = runBeat(beat, { period: 'often', message: '' })
    await assert.rejects(run, { code: 'CONFIG_INVALID' })
  })
})
