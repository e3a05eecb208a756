import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import {
  type SharedConnection,
  SharedConnections,
} from '../../../lib/outputs/connection/shared-connections.ts'
import { NEVER, rejection } from '../../pipeline/fixtures.ts'

class Connection implements SharedConnection {
  isClosed = false
  ended = 0
  destroyed: string[] = []

  async end(): Promise<void> {
    this.isClosed = true
    this.ended++
  }

  destroy(reason: Error): void {
    this.isClosed = true
    this.destroyed.push(reason.message)
  }
}

/** Connections that have been opened, each after `open` was told to. */
function opened(options: { uses?: number; ttlMs?: number; open?: () => Promise<void> } = {}) {
  const made: Connection[] = []
  const shared = new SharedConnections<Connection>({
    uses: options.uses ?? 1,
    ttlMs: options.ttlMs ?? 0,
    open: async signal => {
      const connection = new Connection()
      made.push(connection)
      await Promise.race([options.open?.(), untilAborted(signal)])
      return connection
    },
  })
  return { shared, made }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** A use that goes on until it is told to end. */
function use(shared: SharedConnections<Connection>, signal = NEVER) {
  let end = () => {}
  const going = new Promise<void>(resolve => {
    end = resolve
  })
  const used = shared.with(async connection => {
    await going
    return connection
  }, signal)
  return { end, used }
}

describe('connections that are shared', () => {
  it('are used by as many as may, then there is another', async () => {
    const { shared, made } = opened({ uses: 2 })
    const uses = [use(shared), use(shared), use(shared)]
    for (const { end } of uses) end()
    const used = await Promise.all(uses.map(each => each.used))
    expect(used.map(each => made.indexOf(each))).to.deep.equal([0, 0, 1])
    await shared.with(async connection => expect(made[0]).to.equal(connection), NEVER)
    expect(made).to.have.length(2)
    expect(made.map(({ ended }) => ended)).to.deep.equal([0, 0])
  })

  it('are used no more once they are closed', async () => {
    const { shared, made } = opened()
    const first = await shared.with(async connection => connection, NEVER)
    first.isClosed = true
    expect(await shared.with(async connection => connection, NEVER)).to.equal(made[1])
  })

  it('are ended once they are old, but not under a use', async () => {
    const { shared, made } = opened({ ttlMs: 20 })
    const long = use(shared)
    await sleep(40)
    await shared.with(async () => undefined, NEVER)
    expect(made.map(({ ended }) => ended)).to.deep.equal([0, 0])
    long.end()
    await long.used
    expect(made.map(({ ended }) => ended)).to.deep.equal([1, 0])
    await sleep(40)
    expect(await shared.with(async connection => connection, NEVER)).to.equal(made[2])
    expect(made[1]?.ended).to.equal(1)
  })

  it('fail together with the one that is being opened, and are tried again', async () => {
    let fails = true
    const open = async () => {
      await sleep(5)
      if (fails) throw new Error('away')
    }
    const { shared, made } = opened({ uses: 2, open })
    const failures = await Promise.all([rejection(use(shared).used), rejection(use(shared).used)])
    expect(failures.map(String)).to.deep.equal(['Error: away', 'Error: away'])
    expect(made).to.have.length(1)
    fails = false
    expect(await shared.with(async connection => connection, NEVER)).to.equal(made[1])
  })

  it('are opened on where one who waits for it gives up, for the next', async () => {
    let open = () => {}
    const opening = new Promise<void>(resolve => {
      open = resolve
    })
    const { shared, made } = opened({ open: () => opening })
    const stop = new AbortController()
    const given = rejection(use(shared, stop.signal).used)
    stop.abort(new Error('given up'))
    expect(await given).to.match(/given up/)
    expect(await rejection(use(shared, stop.signal).used)).to.match(/given up/)
    open()
    expect(await shared.with(async connection => connection, NEVER)).to.equal(made[0])
  })

  it('are ended when all is closed, or destroyed where they are used or opened', async () => {
    let opens = true
    const { shared, made } = opened({
      open: async () => (opens ? undefined : sleep(60_000, undefined, { ref: false })),
    })
    const busy = use(shared)
    const idle = use(shared)
    idle.end()
    await idle.used
    opens = false
    // The idle one is taken first.
    const again = use(shared)
    const waiting = rejection(use(shared).used)
    again.end()
    await again.used
    await shared.close()
    expect(await waiting).to.match(/the output is closed/)
    expect(made[0]?.destroyed).to.deep.equal(['the output is closed'])
    expect(made[1]).to.deep.include({ ended: 1, destroyed: [] })
    busy.end()
    await busy.used
    expect(await rejection(shared.with(async () => undefined, NEVER))).to.match(/closed/)
  })
})
