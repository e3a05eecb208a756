import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { checkOutput } from 'sealbeat/testing'
import output, { answerOf } from './index.js'

describe('__NAME__', () => {
  const server = createServer((request, response) =>
    request.resume().on('end', () => response.end()),
  )
  before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
  after(() => server.close())

  it('keeps the contract', () => {
    const { port } = server.address() as AddressInfo
    return checkOutput(output, { config: { url: `http://127.0.0.1:${port}/` } })
  })

  it('confirms, rejects or retries a batch by the status of the response', () => {
    assert.deepEqual(answerOf(2, 201), { retry: [], reject: [] })
    assert.deepEqual(answerOf(2, 503).retry, [0, 1])
    assert.deepEqual(answerOf(1, 400).reject, [{ index: 0, status: 400, reason: 'HTTP 400' }])
    assert.equal(answerOf(2, 413).tooLarge, true)
  })
})
