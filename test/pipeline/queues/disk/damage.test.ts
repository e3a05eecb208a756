import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import {
  decodeFrameHeader,
  SEGMENT_HEADER_BYTES,
  SLOT_BYTES,
} from '../../../../lib/pipeline/queues/disk/format.ts'
import { temporaryFolder } from '../../../agent/temporary.ts'
import { rejection } from '../../fixtures.ts'
import { bytesOf, flip, framesOf } from './frames.ts'
import { drained, fill, opened, publishesOf, segmentsIn, unaccounted } from './opened.ts'

describe('the queue on the disk, damaged', () => {
  const folder = temporaryFolder()
  const path = () => join(folder.path, 'queue')
  const file = (name: string) => join(path(), name)
  const segment = (at = 0) => file(segmentsIn(path())[at] ?? '')

  /** The same queue again for each case. */
  async function each<T>(
    cases: readonly T[],
    damage: (one: T) => void,
    check: (one: T) => Promise<void>,
  ) {
    const whole = join(folder.path, 'whole')
    cpSync(path(), whole, { recursive: true })
    for (const one of cases) {
      rmSync(path(), { recursive: true })
      cpSync(whole, path(), { recursive: true })
      damage(one)
      await check(one)
    }
  }

  it('at its end, cut at every byte of the last frame: the frames before it are there', async () => {
    const publishes = publishesOf(3, 1)
    await fill({ path: path() }, publishes)
    const [, , last = 0, end = 0] = framesOf(readFileSync(segment()))
    const cuts = Array.from({ length: end - last }, (_, at) => last + at)
    await each(
      cuts,
      cut => truncateSync(segment(), cut),
      async cut => {
        const { ids, stats, messages } = await drained({ path: path(), sync: 'none' })
        expect(ids, `cut at ${cut}`).to.deep.equal(publishes.slice(0, 2).flat())
        // The position knows that there was one more.
        expect(stats).to.include({ restored: 3, acked: 2, damaged: 1 })
        expect(unaccounted(stats)).to.equal(0)
        expect(messages.filter(text => /events are lost/.test(text)).length).to.equal(1)
        const said = messages.filter(message =>
          /the end of the last write is missing/.test(message),
        )
        expect(said.length, `cut at ${cut}`).to.equal(cut === last ? 0 : 1)
      },
    )
  })

  it('at its end, in a write that was cut short: nothing is lost', async () => {
    const publishes = publishesOf(3, 1)
    await fill({ path: path() }, publishes)
    const [, , last = 0, end = 0] = framesOf(readFileSync(segment()))
    rmSync(file('position'))
    await each(
      [last, last + 1, end - 1],
      cut => truncateSync(segment(), cut),
      async () => {
        const { ids, stats } = await drained({ path: path(), sync: 'none' })
        expect(ids).to.deep.equal(publishes.slice(0, 2).flat())
        expect(stats).to.include({ restored: 2, acked: 2, damaged: 0 })
      },
    )
  })

  it('at its end: says once how much is cut off, and goes on from there', async () => {
    await fill({ path: path() }, publishesOf(2, 3))
    const [, last = 0, end = 0] = framesOf(readFileSync(segment()))
    truncateSync(segment(), end - 1)
    const { pipeline, publish, lines } = await opened({ path: path() })
    const fields = { segment: segment(), bytes: end - 1 - last, events: 3 }
    expect(lines.find(({ msg }) => /was cut off/.test(String(msg)))).to.include(fields)
    await (await publish({ id: 'new' })).stored
    await pipeline.close(AbortSignal.timeout(1000))
    expect((await drained({ path: path(), sync: 'none' })).ids).to.deep.equal([
      '0.0',
      '0.1',
      '0.2',
      'new',
    ])
  })

  it('by a flipped bit in any byte of a frame: the others are there, and it is set aside', async () => {
    const publishes = publishesOf(3, 2)
    // With what is kept beside events, so that every region of the format is there.
    await fill({ path: path() }, publishes, { '@metadata': { k: 'v' } })
    const [, from = 0, to = 0] = framesOf(readFileSync(segment()))
    expect(decodeFrameHeader(readFileSync(segment()), from)?.metaLength).to.be.above(0)
    const bytes = bytesOf(from, to)
    const expected = [...(publishes[0] ?? []), ...(publishes[2] ?? [])]
    await each(
      bytes,
      at => flip(segment(), at),
      async at => {
        const { ids, stats, lines } = await drained({ path: path(), sync: 'none' })
        expect(ids, `byte ${at}`).to.deep.equal(expected)
        expect(stats, `byte ${at}`).to.include({ restored: 6, acked: 4, damaged: 2 })
        expect(unaccounted(stats)).to.equal(0)
        const damage = lines.filter(({ msg }) => /a part of a segment is damaged/.test(String(msg)))
        expect(damage.map(({ offset, bytes }) => [offset, bytes])).to.deep.equal([
          [from, to - from],
        ])
        const bad = file(String(damage[0]?.['file']))
        expect(statSync(bad).size).to.equal(to - from)
      },
    )
  })

  it('by a flipped bit in any byte of the last frame, found while it is read', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    const [, from = 0, to = 0] = framesOf(readFileSync(segment()))
    await each(
      bytesOf(from, to),
      at => flip(segment(), at),
      async at => {
        const { ids, stats, remains } = await drained({ path: path(), sync: 'none' })
        expect(ids, `byte ${at}`).to.deep.equal(publishes[0])
        expect(stats, `byte ${at}`).to.include({ restored: 4, acked: 2, damaged: 2 })
        expect(unaccounted(stats)).to.equal(0)
        expect(remains).to.deep.equal({ lost: 0, kept: 0 })
      },
    )
  })

  it('by a flipped bit in any byte of the last frame, found as the end is looked for', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    const [, from = 0, to = 0] = framesOf(readFileSync(segment()))
    // The position of an agent that was killed knows the end only roughly.
    rmSync(file('position'))
    await each(
      bytesOf(from, to),
      at => flip(segment(), at),
      async at => {
        const { ids, stats, messages } = await drained({ path: path(), sync: 'none' })
        expect(ids, `byte ${at}`).to.deep.equal(publishes[0])
        expect(stats, `byte ${at}`).to.include({ restored: 2, acked: 2, damaged: 0 })
        const said = messages.filter(text => /last frame is damaged|was cut off/.test(text))
        expect(said.length, `byte ${at}`).to.equal(1)
      },
    )
  })

  it('by a flipped bit in any byte of the header of a segment: all events are there', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    const bytes = Array.from({ length: SEGMENT_HEADER_BYTES }, (_, at) => at)
    await each(
      bytes,
      at => flip(segment(), at),
      async at => {
        const { ids, messages } = await drained({ path: path(), sync: 'none' })
        expect(ids, `byte ${at}`).to.deep.equal(publishes.flat())
        expect(messages.some(text => /the header of a segment is damaged/.test(text))).to.equal(
          true,
        )
      },
    )
  })

  it('by a position with one torn slot: the other one counts', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    for (const at of [20, SLOT_BYTES + 20]) {
      flip(file('position'), at)
      const { pipeline, lines } = await opened({ path: path() })
      expect(pipeline.stats().restored).to.equal(4)
      expect(lines.filter(({ level }) => Number(level) > 30)).to.deep.equal([])
      await pipeline.close(AbortSignal.timeout(1000))
    }
  })

  it('by a position without a sound slot: everything from the oldest segment on comes again', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    const states = {
      damaged: () => writeFileSync(file('position'), Buffer.alloc(2 * SLOT_BYTES, 'x')),
      missing: () => rmSync(file('position')),
    }
    await each(
      ['damaged', 'missing'] as const,
      what => states[what](),
      async what => {
        const { ids, messages } = await drained({ path: path(), sync: 'none' })
        expect(ids).to.deep.equal(publishes.flat())
        const said = `the position is ${what}; events are sent again from the oldest on`
        expect(messages.filter(message => message.includes(said)).length).to.equal(1)
      },
    )
  })

  it('by files of other programs, and by empty ones: they are no obstacle', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    writeFileSync(file('0000000000000099.seg'), '')
    writeFileSync(file('notes.txt'), 'mine')
    mkdirSync(file('0000000000000098.seg'))
    symlinkSync('/etc/hostname', file('0000000000000097.seg'))
    const { ids, messages } = await drained({ path: path(), sync: 'none' })
    expect(ids).to.deep.equal(publishes.flat())
    expect(messages.filter(text => /damaged|lost/.test(text))).to.deep.equal([])
    expect(readFileSync(file('notes.txt'), 'utf8')).to.equal('mine')
    expect(existsSync(file('0000000000000099.seg'))).to.equal(false)
  })

  it('by a segment full of other bytes: it is set aside as a whole', async () => {
    const publishes = publishesOf(2, 2)
    await fill({ path: path() }, publishes)
    writeFileSync(file('0000000000000099.seg'), Buffer.alloc(5000, 'x'))
    expect((await drained({ path: path(), sync: 'none' })).ids).to.deep.equal(publishes.flat())
    expect(readdirSync(path())).to.include('0000000000000099.bad')
  })

  it('by a frame that is there twice, as a failed sync may leave it: it is sent once', async () => {
    const publishes = publishesOf(3, 2)
    await fill({ path: path() }, publishes)
    const bytes = readFileSync(segment())
    const [, from = 0, to = 0] = framesOf(bytes)
    writeFileSync(segment(), Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]))
    rmSync(file('position'))
    expect((await drained({ path: path(), sync: 'none' })).ids).to.deep.equal(publishes.flat())
  })

  it('is not opened, nor changed, if a newer version has written it', async () => {
    await fill({ path: path() }, publishesOf(1, 2))
    for (const [name, length] of [
      [segmentsIn(path())[0] ?? '', SEGMENT_HEADER_BYTES],
      ['position', SLOT_BYTES],
    ] as const) {
      copyFileSync(file(name), join(folder.path, 'before'))
      const bytes = readFileSync(file(name))
      for (let at = 0; at < (name === 'position' ? 2 : 1); at++) {
        const slot = bytes.subarray(at * length, (at + 1) * length)
        slot.writeUInt32LE(2, 8)
        slot.writeUInt32LE(crc32(slot.subarray(0, length - 4)), length - 4)
      }
      writeFileSync(file(name), bytes)
      const error = await rejection(opened({ path: path() }))
      expect(String(error)).to.match(/has format 2 of a newer version/)
      expect(readFileSync(file(name)).equals(bytes)).to.equal(true)
      copyFileSync(join(folder.path, 'before'), file(name))
    }
  })
})
