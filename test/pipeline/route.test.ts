import { expect } from 'chai'
import { NEVER, pipelineTo, SOURCE } from './fixtures.ts'
import { MetaOutput } from './meta-output.ts'

describe('pipeline: what a route sees', () => {
  it('shares one object between neighbours that go the same way', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { route: get => String(get('to')) })
    const publish = pipeline.publisher(SOURCE, NEVER)
    await (await publish([{ to: 'a' }, { to: 'a' }, { to: 'b' }])).confirmed
    expect(output.meta).to.deep.equal([{ route: 'a' }, { route: 'a' }, { route: 'b' }])
    expect(output.meta[0]).to.equal(output.meta[1])
    await pipeline.close(NEVER)
  })

  it('shows a route no field that the event does not have', async () => {
    const seen: unknown[] = []
    const pipeline = pipelineTo(new MetaOutput(), {
      route: get => {
        const fields = ['none.deep', '__proto__', 'own.__proto__', 'toString', 'own.text.length']
        seen.push(fields.map(get))
        return undefined
      },
    })
    await pipeline.publisher(SOURCE, NEVER)({ none: null, own: { text: 'text' } })
    expect(seen).to.deep.equal([[undefined, undefined, undefined, undefined, undefined]])
    await pipeline.close(NEVER)
  })

  it('shows a route a field that is left undefined as the constant that it becomes', async () => {
    const output = new MetaOutput()
    const pipeline = pipelineTo(output, { route: get => String(get('host.name')) })
    await (await pipeline.publisher(SOURCE, NEVER)({ host: undefined })).confirmed
    expect(output.meta).to.deep.equal([{ route: 'web-1' }])
    await pipeline.close(NEVER)
  })
})
