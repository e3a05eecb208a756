import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { decodeEntry } from '../../../lib/pipeline/dead-letter/entry.ts'
import { DeadLetterStore } from '../../../lib/pipeline/dead-letter/store.ts'
import { temporaryFolder } from '../../agent/temporary.ts'

const dead = (n: number, size = 0) => ({
  line: `{"n":${n},"fill":"${'x'.repeat(size)}"}`,
  meta: undefined,
  reason: 'refused',
  status: 400,
  attempts: 1,
})

describe('the files of the dead letter', () => {
  const folder = temporaryFolder()
  let lost = 0
  const storeOf = (maxBytes = 0) => {
    lost = 0
    const settings = { folder: join(folder.path, 'dead'), output: 'main', maxBytes }
    return new DeadLetterStore(settings, events => (lost += events))
  }
  const files = () =>
    readdirSync(join(folder.path, 'dead'))
      .filter(name => name.endsWith('.ndjson'))
      .sort()
  const path = (name: string) => join(folder.path, 'dead', name)
  const numbers = () =>
    files().flatMap(name =>
      readFileSync(path(name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(decodeEntry(line)?.line ?? '{}').n),
    )

  it('have every event in order, for their owner alone', async () => {
    const store = storeOf()
    await Promise.all([store.add([dead(1), dead(2)]), store.add([dead(3)])])
    await storeOf().add([dead(4)])
    expect(numbers()).to.deep.equal([1, 2, 3, 4])
    expect(files()).to.deep.equal(['dead-000001.ndjson'])
    expect(statSync(path('dead-000001.ndjson')).mode & 0o777).to.equal(0o600)
  })

  it('lose an entry that was cut off by a crash, which nobody was told of, and nothing else', async () => {
    const whole = `${JSON.stringify({ '@timestamp': 'x', output: 'main', event: { n: 7 } })}\n`
    for (let cut = 1; cut < whole.length; cut += 7) {
      const store = storeOf()
      rmSync(path('dead-000001.ndjson'), { force: true })
      await store.add([dead(1)])
      appendFileSync(path('dead-000001.ndjson'), whole.slice(0, cut))
      await store.add([dead(2)])
      expect(numbers(), `cut at ${cut}`).to.deep.equal([1, 2])
    }
  })

  it('find the last whole entry behind a very long torn one', async () => {
    const store = storeOf()
    rmSync(path('dead-000001.ndjson'), { force: true })
    await store.add([dead(1)])
    appendFileSync(path('dead-000001.ndjson'), 'y'.repeat(300_000))
    await store.add([dead(2)])
    expect(numbers()).to.deep.equal([1, 2])
    writeFileSync(path('dead-000001.ndjson'), 'z'.repeat(300_000))
    await store.add([dead(3)])
    expect(numbers()).to.deep.equal([3])
  })

  it('stay below max_bytes: the oldest give way, and are counted', async () => {
    const store = storeOf(20_000)
    for (const name of files()) rmSync(path(name))
    for (let n = 0; n < 100; n++) await store.add([dead(n, 500)])
    const bytes = files().reduce((sum, name) => sum + statSync(path(name)).size, 0)
    expect(bytes).to.be.within(15_000, 20_000)
    const kept = numbers()
    expect(kept.at(-1)).to.equal(99)
    expect(kept).to.deep.equal(
      Array.from({ length: kept.length }, (_, at) => 100 - kept.length + at),
    )
    expect(lost + kept.length).to.equal(100)
  })

  it('take an event that is larger than all of it', async () => {
    const store = storeOf(1_000)
    for (const name of files()) rmSync(path(name))
    await store.add([dead(1, 50)])
    await store.add([dead(2, 5_000)])
    expect(numbers()).to.deep.equal([2])
    expect(lost).to.equal(1)
  })

  it('say what is wrong if they can’t be written, and go on later', async () => {
    const store = storeOf()
    for (const name of files()) rmSync(path(name))
    rmSync(join(folder.path, 'dead'), { recursive: true })
    writeFileSync(join(folder.path, 'dead'), 'a file')
    const refused = await store.add([dead(1)]).catch(error => error)
    expect(refused).to.be.instanceOf(Error)
    rmSync(join(folder.path, 'dead'))
    await storeOf().add([dead(2)])
    expect(numbers()).to.deep.equal([2])
  })
})
