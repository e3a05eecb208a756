import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkProcessor } from 'sealbeat/testing'
import processor, { maskAt } from './index.js'

describe('__NAME__', () => {
  it('keeps the contract', () =>
    checkProcessor(processor, {
      config: { fields: ['user.name', 'message'] },
      events: [{ message: 'hello', user: { name: 'kim', id: 7 } }, { user: 'kim' }, {}],
    }))

  it('masks a field, and nothing else', () => {
    const event = { message: 'hello', user: { name: 'kim', id: 7 } }
    maskAt(event, ['user', 'name'], '***')
    assert.deepEqual(event, { message: 'hello', user: { name: '***', id: 7 } })
  })

  it('leaves an event without the field as it is', () => {
    const event = { user: 'kim' }
    maskAt(event, ['user', 'name'], '***')
    assert.deepEqual(event, { user: 'kim' })
  })
})
