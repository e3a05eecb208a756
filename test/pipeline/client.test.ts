import { expect } from 'chai'
import { NEVER, pipelineTo, rejection } from './fixtures.ts'
import { MemoryOutput } from './memory-output.ts'

describe('pipeline: the door for lines', () => {
  it('takes lines that are encoded already, and none that are not lines', async () => {
    const output = new MemoryOutput()
    const pipeline = pipelineTo(output)
    const publishLines = pipeline.linePublisher(NEVER)
    await (await publishLines(['{"id":"ü"}', '{"id":"b"}'])).confirmed
    expect(output.confirmed).to.deep.equal(['{"id":"ü"}', '{"id":"b"}'])
    for (const line of ['', 'a\nb']) {
      expect(await rejection(publishLines(['{}', line]))).to.match(
        /line 1 is empty or has a line end/,
      )
    }
    expect(pipeline.stats()).to.include({ published: 2 })
    await pipeline.close(NEVER)
  })
})
