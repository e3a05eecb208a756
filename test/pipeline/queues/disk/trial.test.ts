import { expect } from 'chai'
import { Workplace } from '../../../cli/workplace.ts'
import { drained, fill, publishesOf } from './opened.ts'

describe('sealbeat sandbox check with a queue on the disk', () => {
  const place = new Workplace()

  after(() => place.remove())

  it('leaves the events in it alone, wherever it is', async () => {
    const path = place.path('elsewhere')
    await fill({ path }, publishesOf(2, 2))
    place.write({
      'beat.yml': `beats: [{ type: host, period: 1s }]
output.console: {}
queue.disk: { max_size: 10MB, path: ${path} }
`,
    })
    const { stdout, stderr } = await place.run(
      'sandbox',
      'check',
      '--for=1s',
      '--strict.perms=false',
    )
    expect(stdout + stderr).to.match(/event/)
    const { ids, restored } = await drained({ path })
    expect(restored).to.equal(4)
    expect(ids).to.deep.equal(publishesOf(2, 2).flat())
  })
})
