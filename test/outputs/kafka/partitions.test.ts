import { expect } from 'chai'
import { murmur2 } from '../../../packages/kafka/src/murmur2.ts'
import { Partitioner } from '../../../packages/kafka/src/partitions.ts'

const key = (text: string) => Buffer.from(text)

describe('the partition of an event', () => {
  // Of UtilsTest in Kafka's own clients.
  const HASHES: readonly (readonly [text: string, hash: number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [text, hash] of HASHES) {
    it(`of the key ${text} is where clients in Java look for it`, () => {
      expect(murmur2(key(text))).to.equal(hash)
    })
  }

  it('by its key is the same in every batch, among all partitions', () => {
    const partitioner = new Partitioner('hash', () => 0)
    for (const leaders of [
      [1, 1, 1, 1],
      [1, -1, 1, -1],
    ]) {
      const choose = partitioner.forBatch('t', leaders)
      const chosen = HASHES.map(([text]) => choose(key(text)))
      expect(chosen).to.deep.equal(HASHES.map(([, hash]) => (hash & 0x7fffffff) % 4))
    }
  })

  it('without a key, or by chance, is one for a batch, and has a leader', () => {
    for (const how of ['hash', 'random'] as const) {
      for (const [drawn, partition] of [
        [0, 1],
        [0.49, 1],
        [0.5, 3],
        [0.999, 3],
      ] as const) {
        const choose = new Partitioner(how, () => drawn).forBatch('t', [-1, 1, -1, 2])
        expect([choose(undefined), choose(undefined)], how).to.deep.equal([partition, partition])
      }
    }
    expect(new Partitioner('random', () => 0).forBatch('t', [1, 1])(key('21'))).to.equal(0)
  })

  it('goes round, also from batch to batch, for each topic by itself', () => {
    const partitioner = new Partitioner('round_robin', () => 0)
    const next = (topic: string) => partitioner.forBatch(topic, [1, 1, -1, 1])(undefined)
    expect(['a', 'a', 'b', 'a', 'a', 'b'].map(next)).to.deep.equal([0, 1, 0, 3, 0, 1])
  })

  it('is any where nobody leads one', () => {
    const choose = new Partitioner('random', () => 0.9).forBatch('t', [-1, -1])
    expect(choose(undefined)).to.equal(1)
  })
})
