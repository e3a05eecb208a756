import { expect } from 'chai'
import fc from 'fast-check'
import type { EventMeta } from '../../../lib/event.ts'
import { bulkOf, saysAllAreTaken } from '../../../lib/outputs/elasticsearch/bulk.ts'
import { batchOf } from '../batch.ts'

const TAKEN = '{"create":{"status":201}}'

describe('a request of _bulk', () => {
  const route = fc.constantFrom(undefined, '{"_index":"a"}', '{"_index":"much longer"}')
  const event = fc.record({
    line: fc.string({ unit: 'grapheme', maxLength: 40 }).map(text => JSON.stringify({ text })),
    meta: fc.record({ route, fields: fc.constantFrom(undefined, { _id: 'ü' }) }),
  })

  it('has each event behind its own action, whatever chunks they come in', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        (events, n) => {
          const batch = batchOf(
            events.map(({ line }) => line),
            events.map(({ meta }) => meta as EventMeta),
          )
          const chunks: Buffer[] = []
          for (let at = 0; at < batch.chunks.length; at += n) {
            chunks.push(Buffer.concat(batch.chunks.slice(at, at + n)))
          }
          const { body, indices, rejected, ids } = bulkOf({ ...batch, chunks })
          const sent = events.filter(({ meta }) => meta.route !== undefined)
          const lines = sent.map(({ line, meta }) => {
            const id = meta.fields ? ',"_id":"ü"' : ''
            return `{"create":${meta.route?.slice(0, -1)}${id}}}\n${line}\n`
          })
          expect(String(body)).to.equal(lines.join(''))
          expect(indices).to.have.length(sent.length)
          expect(
            [...indices, ...rejected.map(({ index }) => index)].sort((a, b) => a - b),
          ).to.deep.equal(events.map((_, at) => at))
          expect(ids.has('ü')).to.equal(sent.some(({ meta }) => meta.fields !== undefined))
        },
      ),
    )
  })

  it('is known to be taken as a whole by an answer that repeats itself', () => {
    const answer = (...items: readonly string[]) =>
      Buffer.from(`{"errors":false,"items":[${items.join()}]}`)
    for (const count of [1, 2, 3, 1600]) {
      const items = new Array<string>(count).fill(TAKEN)
      expect(saysAllAreTaken(answer(...items), count), `${count}`).to.equal(true)
      expect(saysAllAreTaken(answer(...items), count + 1), `${count} of one more`).to.equal(false)
      if (count > 1) expect(saysAllAreTaken(answer(...items), count - 1)).to.equal(false)
      for (const at of [0, count >> 1, count - 1]) {
        const other = items.with(at, '{"create":{"status":409}}')
        expect(saysAllAreTaken(answer(...other), count), `${at} of ${count}`).to.equal(false)
      }
    }
    const took = Buffer.from(`{"took":12,"errors":false,"items":[${TAKEN},${TAKEN}]}`)
    expect(saysAllAreTaken(took, 2)).to.equal(true)
  })

  for (const [what, text] of [
    ['is for no event', '{"errors":false,"items":[]}'],
    ['says that there are errors', `{"errors":true,"items":[${TAKEN}]}`],
    ['has something else between events', `{"errors":false,"items":[${TAKEN};${TAKEN}]}`],
    ['goes on behind its end', `{"errors":false,"items":[${TAKEN}],"a":1}`],
    ['ends within', `{"errors":false,"items":[${TAKEN}`],
    ['is none', '<html>'],
  ] as const) {
    it(`is looked at more closely where the answer ${what}`, () => {
      for (const count of [0, 1, 2]) {
        expect(saysAllAreTaken(Buffer.from(text), count)).to.equal(false)
      }
    })
  }
})
