// `make live-nodes` also sends signals to agents that start, on every Node: SIGHUP and SIGUSR1 at every
// millisecond from the first line of the framework on.
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { type Running, Workplace } from '../cli/workplace.ts'
import { NODE_MAJORS, nodeBinary } from '../nodes.ts'

const SIGNALS = ['SIGHUP', 'SIGUSR1'] as const
const SIGHUP_BIT = 1n
const SENDINGS = 100

describe('an agent that starts under signals', function () {
  this.timeout(120_000)
  const place = new Workplace({
    'beat.yml': 'beats: [{ type: host }]\noutput.console: {}\n',
  })
  after(() => place.remove())

  for (const major of NODE_MAJORS) {
    it(`on Node ${major} goes on, and opens no port`, async () => {
      const node = nodeBinary(major)
      if (!node) throw new Error(`no Node ${major}: make nodes`)
      const agent = place.startOn(node, [], 'run')
      const sent = await besiege(agent)
      await agent.logged('Running')
      agent.child.kill('SIGTERM')
      const { code, stderr, log } = await agent.ended()
      expect(code, stderr).to.equal(0)
      expect(stderr).not.to.include('Debugger')
      expect(sent, 'while it was starting').to.be.above(5)
      const reloads = log.filter(({ message }) => message === 'Reloading')
      expect(reloads.length, 'and they are reloads once it runs').to.be.within(1, SENDINGS)
    })
  }
})

/** Sends both in every millisecond in which the framework already has handlers. Returns how often. */
async function besiege(agent: Running): Promise<number> {
  let sent = 0
  for (let at = 0; at < 5_000 && sent < SENDINGS; at++) {
    if (handlesHangUp(agent.pid)) {
      for (const signal of SIGNALS) process.kill(agent.pid, signal)
      sent++
    }
    await pause(1)
  }
  return sent
}

/** SigCgt of proc(5). In between, a Node that starts again has none. */
function handlesHangUp(pid: number): boolean {
  const caught = /^SigCgt:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return (BigInt(`0x${caught ?? '0'}`) & SIGHUP_BIT) !== 0n
}
