import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { checkOutput } from 'sealbeat/testing'
import output, { answerOf } from './index.js'

describe('__NAME__', () => {
  let received = ''
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', data => {
      body += data
    })
    request.on('end', () => {
      const isRefused = body.includes('"refused"')
      if (!isRefused) received += body
      response.writeHead(isRefused ? 400 : 200).end()
    })
  })
  before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
  after(() => server.close())

  it('keeps the contract, whatever happens to its server, and under the filter', () => {
    const { port } = server.address() as AddressInfo
    return checkOutput(output, {
      peer: {
        port,
        config: port => ({ url: `http://127.0.0.1:${port}/` }),
        received: () => received,
        refuses: { reject: [{ message: 'refused' }] },
      },
      module: import.meta.resolve('./index.js'),
    })
  })

  it('confirms, rejects or retries a batch by the status of the response', () => {
    assert.deepEqual(answerOf(2, 201, 0), { retry: [], reject: [] })
    assert.deepEqual(answerOf(1, 400, 0).reject, [{ index: 0, status: 400, reason: 'HTTP 400' }])
    for (const status of [400, 413, 422]) assert.equal(answerOf(2, status, 0).tooLarge, true)
    for (const status of [302, 401, 404, 429, 503]) {
      assert.deepEqual(answerOf(2, status, 7000).retry, [0, 1])
      assert.equal(answerOf(2, status, 7000).retryAfterMs, 7000)
    }
  })
})
