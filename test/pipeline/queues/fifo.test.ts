import v8 from 'node:v8'
import vm from 'node:vm'
import { expect } from 'chai'
import { Fifo } from '../../../lib/pipeline/queues/fifo.ts'

describe('fifo', () => {
  it('gives its items in their order, and nothing once it is empty', () => {
    const fifo = new Fifo<number>()
    const got: (number | undefined)[] = []
    for (let at = 0; at < 10; at++) {
      fifo.push(2 * at)
      fifo.push(2 * at + 1)
      expect(fifo.first).to.equal(at)
      got.push(fifo.shift())
    }
    expect(fifo.size).to.equal(10)
    while (fifo.size > 0) got.push(fifo.shift())
    expect(got).to.deep.equal(Array.from({ length: 20 }, (_, at) => at))
    expect([fifo.shift(), fifo.first, fifo.size]).to.deep.equal([undefined, undefined, 0])
    fifo.push(1)
    expect([fifo.size, fifo.shift()]).to.deep.equal([1, 1])
  })

  it('shows its last item, and all of them', () => {
    const fifo = new Fifo<number>()
    expect([fifo.last, [...fifo]]).to.deep.equal([undefined, []])
    for (const item of [1, 2, 3, 4]) fifo.push(item)
    fifo.shift()
    expect([fifo.last, [...fifo]]).to.deep.equal([4, [2, 3, 4]])
    fifo.push(5)
    expect([fifo.last, [...fifo]]).to.deep.equal([5, [2, 3, 4, 5]])
  })

  it('removes items from its middle, in their order', () => {
    const fifo = new Fifo<number>()
    for (let at = 0; at < 6; at++) fifo.push(at)
    fifo.shift()
    expect(fifo.remove(item => item % 2 === 1)).to.deep.equal([1, 3, 5])
    expect([fifo.size, fifo.shift(), fifo.shift(), fifo.size]).to.deep.equal([2, 2, 4, 0])
  })

  it('keeps no memory for items that have left, however many they were', () => {
    v8.setFlagsFromString('--expose-gc')
    const collect: () => void = vm.runInNewContext('gc')
    const fifo = new Fifo<number>()
    for (let at = 0; at < 100; at++) fifo.push(at)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let at = 0; at < 1_000_000; at++) {
      fifo.push(at)
      fifo.shift()
    }
    collect()
    // An array that is never cut would have a place of eight bytes for each (four, if pointers are compressed).
    expect(process.memoryUsage().heapUsed - before).to.be.below(2_000_000)
    expect(fifo.size).to.equal(100)
  })
})
