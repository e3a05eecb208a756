import type { Socket } from 'node:net'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Output } from '../../lib/output.ts'
import logstash from '../../lib/outputs/logstash/logstash.ts'
import syslog from '../../lib/outputs/syslog/syslog.ts'
import { events, memoryLog, NEVER, ORDERED, pipelineTo, SOURCE } from '../pipeline/fixtures.ts'
import { settingsOf } from './batch.ts'
import { ack, LumberjackServer } from './logstash/lumberjack-server.ts'
import { frame, RelpServer } from './syslog/relp-server.ts'

/** What a server does at an event, once; after it nothing more is said on that connection. */
const fault = fc.record({
  /** The event, in the order in which they come. */
  at: fc.nat(60),
  does: fc.oneof(
    { arbitrary: fc.constantFrom('garbage', 'refuse', 'alive'), weight: 3 },
    { arbitrary: fc.constantFrom('hang'), weight: 1 },
    { arbitrary: fc.nat(20), weight: 4 },
  ),
})

const scenario = fc.record({
  faults: fc.array(fault, { maxLength: 5 }),
  publishes: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 4 }),
  bulk_max_size: fc.constantFrom(1, 7, 40),
  inFlight: fc.integer({ min: 1, max: 4 }),
  slow_start: fc.boolean(),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** Ids by what the server has said of them. */
class Ledger {
  readonly #faults: Scenario['faults']
  readonly #ended = new Set<Socket>()
  readonly arrived: string[] = []
  readonly acknowledged = new Set<string>()
  /** Those that came after they had been acknowledged. */
  readonly again: string[] = []

  constructor(faults: Scenario['faults']) {
    this.#faults = faults
  }

  /** @returns what happens at this event */
  onEvent(text: string): Scenario['faults'][number]['does'] | undefined {
    const id = String(JSON.parse(text).id)
    const at = this.arrived.push(id) - 1
    if (this.acknowledged.has(id)) this.again.push(id)
    return this.#faults.find(each => each.at === at)?.does
  }

  acknowledge(text: string): void {
    this.acknowledged.add(String(JSON.parse(text).id))
  }

  isEnded(socket: Socket): boolean {
    return this.#ended.has(socket)
  }

  /** The fault of a connection; the bytes of an answer are cut off. */
  end(socket: Socket, does: 'hang' | 'garbage' | number, answer: Buffer): void {
    this.#ended.add(socket)
    if (does === 'garbage') socket.write('HTTP/1.1 400\r\n\r\n')
    else if (does !== 'hang') socket.end(answer.subarray(0, Math.min(does, answer.length - 1)))
  }
}

/** Acknowledges up to each fault, and then what the fault says. */
function lumberjack(ledger: Ledger): LumberjackServer {
  const server = new LumberjackServer()
  server.answer = ({ events: texts, socket }) => {
    let taken = 0
    for (const [at, text] of texts.entries()) {
      const does = ledger.onEvent(text)
      if (ledger.isEnded(socket)) continue
      if (does === 'alive') socket.write(ack(0))
      else if (does !== undefined && does !== 'refuse') {
        // What lies before it is acknowledged.
        if (at > taken) socket.write(ack(at))
        for (const each of texts.slice(0, at)) ledger.acknowledge(each)
        ledger.end(socket, does, ack(at + 1))
      } else if (at % 3 === 2) {
        taken = at + 1
        socket.write(ack(taken))
        for (const each of texts.slice(0, taken)) ledger.acknowledge(each)
      }
    }
    if (ledger.isEnded(socket)) return
    if (taken < texts.length) socket.write(ack(texts.length))
    for (const each of texts) ledger.acknowledge(each)
  }
  return server
}

function relp(ledger: Ledger): RelpServer {
  const server = new RelpServer()
  server.answer = (message, { socket, txnr }) => {
    const text = message.slice(message.indexOf('{'))
    const does = ledger.onEvent(text)
    if (ledger.isEnded(socket)) return undefined
    if (does === 'refuse') return '500 not now'
    if (does !== undefined && does !== 'alive') {
      ledger.end(socket, does, Buffer.from(frame(txnr, 'rsp', '200 OK')))
      return undefined
    }
    ledger.acknowledge(text)
    return '200 OK'
  }
  return server
}

async function play(given: Scenario, output: Output): Promise<number> {
  const { bulk_max_size, inFlight, publishes } = given
  const pipeline = pipelineTo(output, {
    queue: { events: 200, bytes: 1 << 20, flush: { min_events: 4, timeout: 1 } },
    delivery: { ...ORDERED, ordered: false, timeout: 600, bulk_max_size, inFlight },
  })
  const publish = pipeline.publisher(SOURCE, NEVER)
  const receipts = publishes.map(async (count, at) => {
    const receipt = await publish(events(count, `${at}-`))
    return receipt.confirmed
  })
  const counts = await Promise.all(receipts)
  await pipeline.close(AbortSignal.timeout(2_000))
  await output.close()
  return counts.reduce((sum, { confirmed }) => sum + confirmed, 0)
}

const CONTEXT = { log: memoryLog().log, paths: { home: '', config: '', data: '', logs: '' } }

const outputs = {
  logstash: async ({ slow_start }: Scenario, port: number) =>
    logstash.open({
      ...CONTEXT,
      settings: settingsOf(logstash, { hosts: [`127.0.0.1:${port}`], slow_start }),
    }),
  relp: async (_: Scenario, port: number) =>
    syslog.open({ ...CONTEXT, settings: settingsOf(syslog, { hosts: [`127.0.0.1:${port}`] }) }),
}

describe('what a server acknowledges', function () {
  this.timeout(180_000)
  for (const [name, serve] of [
    ['logstash', lumberjack],
    ['relp', relp],
  ] as const) {
    it(`over ${name} is not sent again, and everything else until it is, whatever fails`, () =>
      fc.assert(
        fc.asyncProperty(scenario, async given => {
          const ledger = new Ledger(given.faults)
          const server = serve(ledger)
          const port = await server.listen()
          const confirmed = await play(given, await outputs[name](given, port))
          await server.close()
          const published = given.publishes.reduce((sum, count) => sum + count, 0)
          expect(server.faults).to.deep.equal([])
          expect(confirmed).to.equal(published)
          expect(ledger.acknowledged.size).to.equal(published)
          expect(ledger.again).to.deep.equal([])
        }),
        { numRuns: 60 },
      ))
  }
})
