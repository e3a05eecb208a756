import { expect } from 'chai'
import fc from 'fast-check'
import { AgentError } from '../../../../../lib/errors.ts'
import type { EventMeta } from '../../../../../lib/event.ts'
import { Acker } from '../../../../../lib/pipeline/acker.ts'
import { encodedOf } from '../../../../../lib/pipeline/queue.ts'
import {
  crcOf,
  decodeFrameHeader,
  decodeSegmentHeader,
  decodeSlot,
  encodeSegmentHeader,
  encodeSlot,
  FRAME_HEADER_BYTES,
  segmentName,
  segmentNumberOf,
} from '../../../../../lib/pipeline/queues/disk/format.ts'
import {
  blockOf,
  chunksOf,
  type FinishedFrame,
  Frame,
} from '../../../../../lib/pipeline/queues/disk/frame.ts'
import { newerVersion } from '../../../../../lib/pipeline/queues/disk/newer-version.ts'
import { noSourceCounts } from '../../../../../lib/pipeline/stats.ts'

const sequence = fc.nat(Number.MAX_SAFE_INTEGER)

const line = fc.string({ unit: 'grapheme' }).map(text => JSON.stringify({ text }))

const meta = fc.option(
  fc.oneof(
    fc.record({ route: fc.string() }),
    fc.record({ fields: fc.dictionary(fc.string(), fc.jsonValue()) }),
  ),
  { nil: undefined },
)

function frameOf(publishes: readonly (readonly (readonly [string, EventMeta | undefined])[])[]) {
  const frame = new Frame({ bytes: 0 })
  for (const publish of publishes) {
    const lines = publish.map(([text]) => text)
    const beside = publish.map(([, each]) => each)
    frame.add(new Acker(lines.length, noSourceCounts()), encodedOf(lines, beside), 0, lines.length)
  }
  return frame
}

function bytesOf(frame: FinishedFrame): Buffer {
  return Buffer.concat(chunksOf(frame, crcOf(frame.body)))
}

describe('the format of the queue on the disk', () => {
  it('gives back the events of a frame, and what lies beside them', () => {
    const event = fc.tuple(line, meta)
    const publish = fc.array(event, { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(
        fc.array(publish, { minLength: 1, maxLength: 5 }),
        sequence,
        (publishes, first) => {
          const finished = frameOf(publishes).finish(first)
          const bytes = bytesOf(finished)
          expect(bytes.length).to.equal(finished.size)
          const header = decodeFrameHeader(bytes)
          if (header === undefined) throw new Error('no header')
          const events = publishes.flat()
          expect(header).to.include({ first, count: events.length })
          const pins = { bytes: 0 }
          const block = blockOf(pins, header, bytes.subarray(FRAME_HEADER_BYTES))
          const text = block.slice(0, block.count).toString('utf8')
          expect(text).to.equal(events.map(([each]) => `${each}\n`).join(''))
          const metas = events.map((_, at) => block.metaOf(at))
          expect(metas).to.deep.equal(
            events.map(([, each]) => JSON.parse(JSON.stringify(each ?? null)) ?? undefined),
          )
          block.drop(0, block.count)
          expect(pins.bytes).to.equal(0)
        },
      ),
    )
  })

  it('freezes what lies beside an event, as it was before', () => {
    const fields = { deep: { list: [1] } }
    const bytes = bytesOf(frameOf([[['{}', { fields }]]]).finish(0))
    const header = decodeFrameHeader(bytes)
    if (header === undefined) throw new Error('no header')
    const read = blockOf({ bytes: 0 }, header, bytes.subarray(FRAME_HEADER_BYTES)).metaOf(0)
    expect(Object.isFrozen(Object(read?.fields).deep.list)).to.equal(true)
  })

  it('gives back headers and positions, and no other bytes pass for them', () => {
    fc.assert(
      fc.property(sequence, sequence, fc.nat(), fc.nat(7), (a, b, at, bit) => {
        const end = { segment: a, offset: b, sequence: a }
        const cases = [
          [
            encodeSegmentHeader({ number: a, first: b }),
            decodeSegmentHeader,
            { number: a, first: b },
          ],
          [
            encodeSlot({ generation: a, sequence: b, end }),
            decodeSlot,
            { generation: a, sequence: b, end },
          ],
        ] as const
        for (const [bytes, decode, expected] of cases) {
          expect(decode(bytes)).to.deep.equal(expected)
          expect(decode(bytes.subarray(0, at % bytes.length))).to.equal(undefined)
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit)
          expect(decode(bytes)).to.equal(undefined)
        }
      }),
    )
  })

  it('takes a flipped bit anywhere in the header of a frame for no header', () => {
    const bytes = bytesOf(frameOf([[['{}', undefined]]]).finish(7))
    for (let bit = 0; bit < FRAME_HEADER_BYTES * 8; bit++) {
      const other = Buffer.from(bytes)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(decodeFrameHeader(other), `bit ${bit}`).to.equal(undefined)
    }
  })

  it('names segments so that they sort, and takes no other file for one', () => {
    expect(segmentName(12)).to.equal('0000000000000012.seg')
    expect(segmentNumberOf('0000000000000012.seg')).to.equal(12)
    for (const name of ['12.seg', '0000000000000012.bad', 'x0000000000000012.seg', 'position']) {
      expect(segmentNumberOf(name)).to.equal(undefined)
    }
  })

  it('says what to do about a newer version', () => {
    const error = newerVersion('/q/position', 2)
    expect(error).to.be.instanceOf(AgentError)
    expect(error.code).to.equal('OPEN_FAILED')
    expect(error.message).to.match(
      /^\/q\/position has format 2 of a newer version.*start the newer/,
    )
  })
})
