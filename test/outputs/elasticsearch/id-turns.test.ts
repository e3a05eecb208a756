import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Output } from '../../../lib/output.ts'
import output from '../../../lib/outputs/elasticsearch/elasticsearch.ts'
import { memoryLog } from '../../pipeline/fixtures.ts'
import { batchOf, settingsOf } from '../batch.ts'
import { WebServer } from '../http/servers.ts'

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }

describe('batches of elasticsearch that are on their way at once', () => {
  let web: WebServer
  let made: Output
  /** What the server has taken, in its order. */
  const taken: string[] = []
  /** How many it takes before '1'. */
  let before = 0

  beforeEach(async () => {
    web = new WebServer()
    const port = await web.listen()
    web.answer = async (response, { body }) => {
      const line = String(body).split('\n')[1] ?? ''
      // It takes longer than what is sent after it.
      if (line === '1') await sleep(50)
      while (line === '1' && taken.length < before) await sleep(1)
      taken.push(line)
      if (line === '"fails"') return response.destroy()
      return response.end('{"errors":false,"items":[{"index":{"status":200}}]}')
    }
    const settings = settingsOf(output, { hosts: [`127.0.0.1:${port}`], compression_level: 0 })
    made = await output.open({ settings, log: memoryLog().log, paths: PATHS })
    taken.length = 0
    before = 0
  })

  afterEach(async () => {
    await made.close()
    await web.close()
  })

  const write = (line: string, _id?: string, progress: () => void = () => undefined) => {
    const fields = { op_type: 'index', ...(_id && { _id }) }
    const batch = batchOf([line], [{ route: '{"_index":"a"}', fields }])
    return made.write(batch, { signal: AbortSignal.timeout(5_000), progress })
  }

  it('go by each other', async () => {
    before = 2
    await Promise.all([write('1', 'x'), write('2', 'y'), write('3')])
    expect(taken.at(-1)).to.equal('1')
  })

  it('keep the order of events with the same id, and count the time from their turn on', async () => {
    const turns: string[] = []
    await Promise.all([
      write('1', 'x', () => turns.push('1')),
      write('2', 'x', () => turns.push('2')),
      write('3', 'x', () => turns.push('3')),
    ])
    expect(taken).to.deep.equal(['1', '2', '3'])
    expect(turns).to.deep.equal(['2', '3'])
    await write('4', 'x', () => turns.push('4'))
    expect(turns).to.have.length(2)
  })

  it('wait for no request that has failed', async () => {
    const failing = write('"fails"', 'x').catch(() => 'failed')
    const next = write('2', 'x')
    expect(await failing).to.equal('failed')
    expect(await next).to.deep.equal({ retry: [], reject: [] })
  })
})
