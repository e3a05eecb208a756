import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { defineOutput, type Output, type OutputType, WRITTEN } from '../../lib/output.ts'
import file from '../../lib/outputs/file/file.ts'
import { checkOutput } from '../../lib/testing/check-output.ts'

/** An output that confirms everything, but for these parts. */
function outputWith(parts: Partial<Output>): OutputType<object> {
  const output = { write: async () => WRITTEN, close: async () => undefined, ...parts }
  return defineOutput<object>({ name: 'probe', schema: {}, open: async () => output })
}

async function findings(type: OutputType<object>): Promise<readonly string[]> {
  const error: Error = await checkOutput(type, { timeoutMs: 100 }).then(
    () => new Error(''),
    thrown => thrown,
  )
  return error.message.split('\n- ').slice(1)
}

describe('checkOutput', () => {
  it('passes an output that keeps the contract, such as output.file', async () => {
    await checkOutput(outputWith({}))
    await checkOutput(file, { config: { path: 'events' } })
  })

  const WRONG: readonly (readonly [what: string, parts: Partial<Output>, finding: string])[] = [
    [
      'an answer without lists',
      { write: () => Promise.resolve(JSON.parse('{}')) },
      'write must resolve with { retry: […], reject: […] }',
    ],
    [
      'an index that is not in the batch',
      { write: async ({ count }) => ({ retry: [count], reject: [] }) },
      'write answers for an event that is not in the batch',
    ],
    [
      'two answers for one event',
      { write: async () => ({ retry: [0], reject: [{ index: 0, reason: 'no' }] }) },
      'write answers twice for an event',
    ],
    [
      'a rejection without a reason',
      { write: () => Promise.resolve(JSON.parse('{ "retry": [], "reject": [{ "index": 0 }] }')) },
      'write must give a reason for each event that it rejects',
    ],
    [
      'a write that throws',
      {
        write() {
          throw new Error('down')
        },
      },
      'write throws at once instead of returning a promise: down',
    ],
    [
      'a write that rejects although nothing is wrong',
      { write: () => Promise.reject(new Error('down')) },
      'write rejects: down',
    ],
    [
      'a write without a promise',
      { write: () => JSON.parse('{ "retry": [], "reject": [] }') },
      'write returns no promise',
    ],
    [
      'a close that throws',
      { close: () => Promise.reject(new Error('stuck')) },
      'close throws: stuck',
    ],
  ]
  for (const [what, parts, finding] of WRONG) {
    it(`finds ${what}`, async () => {
      expect(await findings(outputWith(parts))).to.deep.equal([finding])
    })
  }

  it('finds bytes that are changed', async () => {
    const parts: Partial<Output> = {
      async write({ chunks }) {
        chunks[0]?.fill(0, 0, 1)
        chunks[0]?.set([(chunks[0][0] ?? 0) + 1])
        return WRITTEN
      },
    }
    expect(await findings(outputWith(parts))).to.deep.equal(['write changes the bytes'])
  })

  it('finds writes that hang, also after the abort, and a slow close', async () => {
    const parts: Partial<Output> = {
      write: () => new Promise(() => undefined),
      close: () => pause(300),
    }
    const hanging = 'write does not end within 100 ms of the abort of its signal'
    expect(await findings(outputWith(parts))).to.deep.equal([
      hanging,
      'close takes longer than 100 ms',
    ])
    expect(await findings(outputWith({ write: () => new Promise(() => undefined) }))).to.deep.equal(
      [hanging],
    )
    // A write that ends when it is aborted, and only then.
    const write: Output['write'] = (_, { signal }) =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    expect(await findings(outputWith({ write }))).to.deep.equal(['write takes longer than 100 ms'])
  })

  it('finds what is left behind, an open that fails, and a wrong shape', async () => {
    const timers: NodeJS.Timeout[] = []
    const leaking = outputWith({
      async write() {
        timers.push(setInterval(() => undefined, 1000))
        return WRITTEN
      },
    })
    expect((await findings(leaking)).join()).to.contain('leaves behind')
    for (const timer of timers) clearInterval(timer)
    const failing = { ...outputWith({}), open: () => Promise.reject(new Error('no server')) }
    expect(await findings(failing)).to.deep.equal(['open throws: no server'])
    expect(await findings(JSON.parse('{ "name": "x", "schema": {} }'))).to.deep.equal([
      '"open" must be a function, not nothing',
    ])
  })
})
