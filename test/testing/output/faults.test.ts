import { expect } from 'chai'
import { checkOutput } from '../../../lib/testing/index.ts'
import { type Flaw, lineOutput } from './line-output.ts'
import { startLinePeer } from './line-peer.ts'

const REFUSES = { retry: [{ fate: 'retry' }], reject: [{ fate: 'reject' }] }

/** Those that only a peer that tells what it has received gives away. */
type OfArrival = 'sends only the first chunk' | 'sends after it has answered'

/** What the author of an output with one flaw is told, apart from what follows from it in other scenes. */
const FOUND: Readonly<Record<Exclude<Flaw, OfArrival>, string>> = {
  'throws at once while the peer is away':
    'while its peer is away: write throws at once instead of returning a promise: not connected',
  'gives up events with the connection':
    'while its peer is away: write gives up events that could be tried again',
  'takes an end for an answer':
    'while its peer is away: write confirms events without a whole answer',
  'confirms what it has sent':
    'while its peer is away: write confirms events without a whole answer',
  'keeps a dead connection':
    'while its peer is away: write confirms nothing, although the peer is there again: write takes longer than 300 ms',
  'waits for the peer in open': 'open throws: the peer is away',
  'throws if a part is refused':
    'write must return the fate of each event of a batch that is refused in part: write rejects: refused',
  'confirms what is refused':
    'an event that the peer refuses for now gets "confirmed", not "retry"',
  'has one connection for all writes':
    'several writes at once: an event that the peer refuses for now gets "confirmed", not "retry"',
  'takes each chunk for an answer': 'while its peer answers slowly: write rejects: half an answer',
  'ignores the signal':
    'while its peer never answers: write does not end within 300 ms of the abort of its signal',
  'ignores the signal once an answer has begun':
    'while its peer answers in part and no more: write does not end within 300 ms of the abort of its signal',
  'waits for the peer in close': 'close takes longer than 300 ms',
  'waits for the write that hung':
    'while its peer never answers: write confirms nothing, although the peer is there again: write takes longer than 300 ms',
  'says that it makes progress':
    'while its peer never answers: write calls progress() although nothing comes',
  'keeps the connection of a write that hung':
    'while its peer answers late, during the next write: write takes the answer to the batch before as its own',
  'throws at an answer that nobody awaits': 'an error that nobody handles: a stray answer',
  'rejects a promise that nobody has': 'an error that nobody handles: a stray answer',
  'takes a part for an answer':
    'while its peer ends in the middle of its answer: write confirms events without a whole answer',
  'has no listener for errors': 'an error that nobody handles: read ECONNRESET',
  'leaves connections behind': 'leaves behind: TCPSocketWrap ×2',
}

describe('checkOutput with a peer', function () {
  this.timeout(60_000)
  let peer: Awaited<ReturnType<typeof startLinePeer>>
  beforeEach(async () => {
    peer = await startLinePeer()
  })
  afterEach(() => peer.close())

  async function findings(
    flaw?: Flaw,
    tells = false,
    timeoutMs = flaw === undefined ? 1000 : 300,
  ): Promise<readonly string[]> {
    const { port, received } = peer
    const told = tells ? { received } : {}
    const linePeer = { port, ...told, refuses: REFUSES, config: (at: number) => ({ port: at }) }
    const options = { timeoutMs, peer: linePeer }
    const error: Error = await checkOutput(lineOutput(flaw), options).then(
      () => new Error(''),
      thrown => thrown,
    )
    return error.message.split('\n- ').slice(1)
  }

  it('passes a sound output', async () => {
    expect(await findings()).to.deep.equal([])
    expect(await findings(undefined, true)).to.deep.equal([])
  })

  for (const [flaw, finding] of Object.entries(FOUND)) {
    it(`finds an output that ${flaw}`, async () => {
      const all: string[] = []
      // On a busy machine a short time ends before the flaw can show.
      for (const timeoutMs of [300, 1000, 3000]) {
        const found = await findings(flaw as Flaw, false, timeoutMs)
        if (found.includes(finding.replaceAll('300 ms', `${timeoutMs} ms`))) return
        all.push(...found)
      }
      expect.fail(`${all.join('\n')}\ninstead of\n${finding}`)
    })
  }

  for (const flaw of ['sends only the first chunk', 'sends after it has answered'] as const) {
    it(`finds an output that ${flaw}, if the peer tells what it has received`, async () => {
      expect(await findings(flaw, true)).to.include(
        'write confirms events that the peer has not received',
      )
    })
  }

  it('finds the flaws of connections only by the faults of the peer', async () => {
    const config = { port: peer.port }
    await checkOutput(lineOutput('keeps a dead connection'), { config })
    await checkOutput(lineOutput('takes an end for an answer'), { config })
  })
})
