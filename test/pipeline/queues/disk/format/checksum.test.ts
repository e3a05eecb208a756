import { expect } from 'chai'
import { checksumBy } from '../../../../../lib/pipeline/queues/disk/checksum.ts'
import { crcOf } from '../../../../../lib/pipeline/queues/disk/format.ts'

describe('queue on the disk: the checksum of a frame', () => {
  const small = [Buffer.alloc(1_000, 'a'), Buffer.from('b')]
  const large = [Buffer.alloc(400_000, 'a'), Buffer.alloc(200_000, 'b')]
  const asked: (readonly Uint8Array[])[] = []
  const checksum = checksumBy((chunks, done) => {
    asked.push(chunks)
    setImmediate(() => done(7))
  })

  it('is had from a thread if that is worth the way, else at once', async () => {
    expect(checksum(small)).to.equal(crcOf(small))
    expect(asked).to.deep.equal([])
    expect(await checksum(large)).to.equal(7)
    expect(asked).to.deep.equal([large])
  })

  it('is had at once without the addon', () => {
    expect(checksumBy(undefined)(large)).to.equal(crcOf(large))
  })
})
