import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { openState } from '../../../lib/agent/process/state.ts'
import { temporaryFolder } from '../temporary.ts'

describe("agent: a beat's state", () => {
  const data = temporaryFolder()
  const fileOf = (beat: string) => join(data.path, 'state', `${beat}.json`)
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    )

  it('is empty at first, and there after a restart', async () => {
    const first = await openState(data.path, 'one')
    expect(first.get('at')).to.equal(undefined)
    await first.set('at', { line: 7 })
    const second = await openState(data.path, 'one')
    expect(second.get('at')).to.deep.equal({ line: 7 })
    await second.delete('at')
    expect((await openState(data.path, 'one')).get('at')).to.equal(undefined)
  })

  it('survives whatever JSON can say, under any key', async () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.jsonValue()), {
      selector: ([key]) => key,
    })
    await fc.assert(
      fc.asyncProperty(entries, async pairs => {
        rmSync(fileOf('any'), { force: true })
        const state = await openState(data.path, 'any')
        await Promise.all(pairs.map(([key, value]) => state.set(key, value)))
        const again = await openState(data.path, 'any')
        for (const [key, value] of pairs) {
          expect(again.get(key)).to.deep.equal(JSON.parse(JSON.stringify(value)))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('takes changes made at once in few writes, and has the last of each key', async () => {
    const state = await openState(data.path, 'busy')
    const changes = Array.from({ length: 1_000 }, (_, n) => state.set('n', n))
    expect(new Set(changes.slice(1)).size, 'own promises').to.equal(999)
    await Promise.all(changes)
    expect(JSON.parse(readFileSync(fileOf('busy'), 'utf8'))).to.deep.equal({ n: 999 })
  })

  it('resolves a set only when that very value, or a later one, is on disk', async () => {
    const state = await openState(data.path, 'order')
    const onDisk = () => JSON.parse(readFileSync(fileOf('order'), 'utf8')).n
    const rounds = Array.from({ length: 20 }, async (_, n) => {
      await state.set('n', n)
      expect(onDisk()).to.be.at.least(n)
    })
    await Promise.all(rounds)
  })

  it("hands out copies: nobody's later change is in it", async () => {
    const state = await openState(data.path, 'copies')
    const value = { deep: [1] }
    await state.set('v', value)
    value.deep.push(2)
    expect(state.get('v')).to.deep.equal({ deep: [1] })
  })

  it('refuses what is not JSON, and keeps what it had', async () => {
    const state = await openState(data.path, 'refusing')
    await state.set('v', 1)
    for (const value of [undefined, () => {}, 1n]) {
      expect(await rejection(state.set('v', value))).to.be.instanceOf(TypeError)
    }
    expect(state.get('v')).to.equal(1)
  })

  it('keeps ids apart, whatever they look like, inside its folder', async () => {
    await (await openState(data.path, '../a/b')).set('v', 1)
    expect(readdirSync(join(data.path, 'state'))).to.deep.equal(['..%2Fa%2Fb.json'])
    expect((await openState(data.path, '../a/b')).get('v')).to.equal(1)
  })

  it('is for its owner only', async () => {
    const state = await openState(data.path, 'mine')
    await state.set('v', 1)
    expect(statSync(fileOf('mine')).mode & 0o777).to.equal(0o600)
    chmodSync(fileOf('mine'), 0o644)
    await state.set('v', 2)
    expect(statSync(fileOf('mine')).mode & 0o777).to.equal(0o600)
  })

  it('tells of a write that failed, and writes it all with the next', async () => {
    const state = await openState(data.path, 'hurt')
    mkdirSync(`${fileOf('hurt')}.new`)
    expect(await rejection(state.set('a', 1))).to.include({ code: 'EISDIR' })
    rmSync(`${fileOf('hurt')}.new`, { recursive: true })
    await state.set('b', 2)
    expect(JSON.parse(readFileSync(fileOf('hurt'), 'utf8'))).to.deep.equal({ a: 1, b: 2 })
  })

  for (const text of ['', '{"a":', '[1]', 'null', '"text"']) {
    it(`is damaged when the file holds ${JSON.stringify(text)}`, async () => {
      mkdirSync(join(data.path, 'state'))
      writeFileSync(fileOf('bad'), text)
      const error = await rejection(openState(data.path, 'bad'))
      expect(error).to.include({ code: 'STATE_INVALID' })
      expect(error).to.have.property('message').that.contains(fileOf('bad'))
    })
  }
})
