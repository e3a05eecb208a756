import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { pino } from 'pino'
import { openChain } from '../../../lib/agent/beats/chain.ts'
import type { ConfiguredProcessor, ConfiguredStep } from '../../../lib/agent/plan.ts'
import { defineProcessor, type MutableEvent } from '../../../lib/processor.ts'
import { NEVER, pipelineTo, SOURCE } from '../../pipeline/fixtures.ts'
import { MetaOutput } from '../../pipeline/meta-output.ts'

type Process = (event: MutableEvent) => unknown

const AT = '2026-01-31T12:00:00.000Z'

function configured(id: string, process: Process, failOnError = false): ConfiguredProcessor {
  const plugin = defineProcessor({
    name: 'probe',
    schema: {},
    open: () => ({ process: event => process(event) as MutableEvent }),
  })
  const config = { failOnError, id, type: id, typePath: [], section: { path: [], value: {} } }
  return { kind: 'processor', id, plugin, settings: {}, path: [id], config }
}

/** What the output gets of one event that passes these. */
async function passed(...processes: readonly Process[]) {
  const output = new MetaOutput()
  const pipeline = pipelineTo(output)
  const steps = processes.map((process, at) => configured(`p${at}`, process))
  const { chain, close } = openChain([steps], {
    log: pino({ enabled: false }),
    failed: new Map(),
  })
  const publish = pipeline.publisher(SOURCE, NEVER, undefined, () => chain)
  const receipt = await publish({ '@timestamp': AT, id: 1, '@metadata': { m: 1 } })
  const { confirmed } = await receipt.confirmed
  await pipeline.close(NEVER)
  close()
  expect(confirmed).to.equal(1)
  return { event: JSON.parse(output.lines[0] ?? ''), meta: output.meta[0] }
}

describe('chain: an answer that is no event', () => {
  const table: readonly [string, Process, RegExp][] = [
    ['a Map', () => new Map([['id', 2]]), /neither an event/],
    ['a Date', () => new Date(0), /neither an event/],
    ['a list', event => [event], /neither an event/],
    ['a promise', async event => event, /neither an event/],
    ['a thenable', () => Object.fromEntries([['then', () => undefined]]), /without @timestamp/],
    ['an heir of the event', event => Object.create(event), /neither an event/],
    ['a toJSON', event => ({ ...event, toJSON: () => 'text' }), /toJSON/],
    ['a cycle', event => Object.assign(event, { self: event }), /circular/],
    ['a getter that throws', event => Object.defineProperty(event, 'bad', THROWING), /not now/],
    ['@metadata that is text', event => ({ ...event, '@metadata': 'text' }), /must be an object/],
    ['no @timestamp', ({ '@timestamp': _, ...event }) => event, /without @timestamp/],
    ['a wrong @timestamp', event => ({ ...event, '@timestamp': 'soon' }), /@timestamp must be/],
    ['a @timestamp of null', event => ({ ...event, '@timestamp': null }), /@timestamp must be/],
  ]
  const THROWING: PropertyDescriptor = {
    enumerable: true,
    get() {
      throw new Error('not now')
    },
  }
  for (const [what, process, reason] of table) {
    it(`costs no event if it is ${what}`, async () => {
      const half: Process = event => {
        event['id'] = 'changed half-way'
        return process(event)
      }
      const after: Process = event => ({ ...event, after: true })
      const { event, meta } = await passed(half, after)
      expect(event).to.deep.include({ '@timestamp': AT, id: 1, after: true })
      expect(event.error.message)
        .to.match(/^processor p0: /)
        .and.to.match(reason)
      expect(meta).to.deep.equal({ fields: { m: 1 } })
    })
  }

  it('ends nothing if it is a promise that fails', async () => {
    const unheard: unknown[] = []
    const hear = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', hear)
    const { event } = await passed(() => Promise.reject(new Error('late')))
    await turn()
    process.off('unhandledRejection', hear)
    expect(event.error.message).to.match(/neither an event/)
    expect(unheard).to.deep.equal([])
  })
})

describe('chain: an answer that is an event', () => {
  const table: readonly [string, Process, object, unknown][] = [
    ['a BigInt', event => ({ ...event, id: 2n ** 64n }), { id: '18446744073709551616' }, { m: 1 }],
    ['@metadata of null', event => ({ ...event, '@metadata': null }), { id: 1 }, undefined],
    ['a BigInt in @metadata', event => ({ ...event, '@metadata': { n: 5n } }), { id: 1 }, { n: 5 }],
    [
      'another time',
      event => ({ ...event, '@timestamp': new Date(0) }),
      { '@timestamp': '1970-01-01T00:00:00.000Z' },
      { m: 1 },
    ],
    [
      'no prototype',
      event => Object.assign(Object.create(null), event, { id: 2 }),
      { id: 2 },
      { m: 1 },
    ],
  ]
  for (const [what, process, expected, fields] of table) {
    it(`may have ${what}`, async () => {
      const { event, meta } = await passed(process)
      expect(event).to.deep.include(expected)
      expect(event).not.to.have.property('error')
      expect(meta).to.deep.equal(fields === undefined ? undefined : { fields })
    })
  }

  it('is its own: what a processor keeps of it changes nothing later', async () => {
    const kept: MutableEvent[] = []
    const keep: Process = event => {
      kept.push(event)
      return event
    }
    const change: Process = event => {
      for (const each of kept) each['id'] = 'changed later'
      return { ...event, after: true }
    }
    const { event } = await passed(keep, change)
    expect(event).to.deep.include({ id: 1, after: true })
  })

  it('is what a later processor that fails leaves, with the reason of each', async () => {
    const fail: Process = event => {
      event['id'] = 'changed half-way'
      throw new Error('no')
    }
    const { event } = await passed(event => ({ ...event, id: 2n }), fail)
    expect(event).to.deep.include({ id: 2, error: { message: 'processor p1: no' } })
  })
})

describe('chain: conditions and failures', () => {
  const add = (word: string): Process => {
    return event => ({ ...event, words: [...Object(event['words'] ?? []), word] })
  }
  const fail = (word: string): Process => {
    return event => {
      event['words'] = 'changed half-way'
      throw new Error(word)
    }
  }
  const condition = (holds: (event: MutableEvent) => boolean) => ({ written: {}, holds })
  const step = (id: string, process: Process, more: Partial<ConfiguredProcessor> = {}) => {
    return { ...configured(id, process), ...more }
  }
  const failing = (id: string): ConfiguredProcessor => configured(id, fail(id), true)
  const branch = (
    holds: boolean,
    ifTrue: readonly ConfiguredStep[],
    ifFalse: readonly ConfiguredStep[] = [],
  ): ConfiguredStep => {
    return { kind: 'branch', path: ['if'], condition: condition(() => holds), ifTrue, ifFalse }
  }

  /** What comes out, and how often each processor has failed. */
  function run(lists: readonly (readonly ConfiguredStep[])[], event: MutableEvent = {}) {
    const failed = new Map<string, number>()
    const lines: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
    const { chain, close } = openChain(lists, { log, failed })
    const after = chain?.({ '@timestamp': AT, ...event })
    close()
    return { event: after, failed: Object.fromEntries(failed), logged: lines.length }
  }

  it('an event of which when does not hold passes by', () => {
    const a = condition(event => event['a'] === 1)
    const list = [step('x', add('x'), { when: a }), step('y', add('y'))]
    expect(run([list], { a: 1 }).event).to.deep.include({ words: ['x', 'y'] })
    expect(run([list], { a: 2 }).event).to.deep.include({ words: ['y'] })
  })

  it('a condition sees the event as the processors before it have left it', () => {
    const x = condition(event => Object(event['words'])[0] === 'x')
    const list = [step('x', add('x')), step('y', add('y'), { when: x })]
    expect(run([list]).event).to.deep.include({ words: ['x', 'y'] })
  })

  it('a condition sees the copy where the event itself can not be read any more', () => {
    let reads = 0
    const once: PropertyDescriptor = {
      enumerable: true,
      get() {
        if (reads++ > 0) throw new Error('not again')
        return 1
      },
    }
    const list = [
      step('odd', event => Object.defineProperty(event, 'odd', once)),
      step('drop', () => undefined, { when: condition(event => event['odd'] === 1) }),
    ]
    expect(run([list]).event).to.equal(undefined)
  })

  it('then or else is passed, and what stands behind', () => {
    const [x, y, z] = ['x', 'y', 'z'].map(word => step(word, add(word)))
    if (!x || !y || !z) throw new Error('unreachable')
    expect(run([[branch(true, [x], [y]), z]]).event).to.deep.include({ words: ['x', 'z'] })
    expect(run([[branch(false, [x], [y]), z]]).event).to.deep.include({ words: ['y', 'z'] })
    expect(run([[branch(false, [x]), z]]).event).to.deep.include({ words: ['z'] })
    expect(run([[branch(true, [branch(true, [x, branch(true, [])]), y])]]).event).to.deep.include({
      words: ['x', 'y'],
    })
  })

  it('a drop in a list within ends all lists', () => {
    const drop = step('drop', () => undefined)
    expect(run([[branch(true, [drop])], [step('x', add('x'))]]).event).to.equal(undefined)
  })

  it('a failure is counted, logged once, and costs nothing', () => {
    const list = [step('x', add('x')), step('bad', fail('no')), step('bad', fail('never'))]
    const { event, failed, logged } = run([[...list, step('y', add('y'))]])
    expect(event).to.deep.include({ words: ['x', 'y'] })
    const reasons = 'processor bad: no; processor bad: never'
    expect(event).to.deep.include({ error: { message: reasons } })
    expect(failed).to.deep.equal({ bad: 2 })
    expect(logged).to.equal(2)
  })

  it('many failures are one line in the log, until the next is due', () => {
    const lines: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
    const failed = new Map<string, number>()
    const { chain, close } = openChain([[step('bad', fail('no'))]], { log, failed })
    for (let count = 0; count < 1000; count++) chain?.({ '@timestamp': AT })
    expect([lines.length, failed.get('bad')]).to.deep.equal([1, 1000])
    close()
    expect(lines.length).to.equal(2)
    expect(JSON.parse(lines[1] ?? '')).to.include({ events: 999 })
  })

  it('fail_on_error ends the list, with those that it stands in, but not the next list', () => {
    const [x, y] = [step('x', add('x')), step('y', add('y'))]
    const { event, failed } = run([
      [x, branch(true, [branch(true, [failing('bad'), y]), y]), y],
      [y],
    ])
    expect(event).to.deep.include({ words: ['x', 'y'], error: { message: 'processor bad: bad' } })
    expect(failed).to.deep.equal({ bad: 1 })
  })

  const ERRORS: readonly [before: unknown, after: unknown][] = [
    [undefined, { message: 'processor bad: no' }],
    [null, { message: 'processor bad: no' }],
    [{ code: 5 }, { code: 5, message: 'processor bad: no' }],
    [{ message: 'mine' }, { message: 'mine; processor bad: no' }],
    [{ message: ['one', 'two'] }, { message: ['one', 'two', 'processor bad: no'] }],
    [{ message: 7 }, { message: [7, 'processor bad: no'] }],
    ['text', { message: 'text; processor bad: no' }],
    [['list'], { message: ['list', 'processor bad: no'] }],
  ]
  for (const [before, error] of ERRORS) {
    it(`the reason joins an error of ${JSON.stringify(before)}`, () => {
      expect(run([[step('bad', fail('no'))]], { error: before }).event).to.deep.include({ error })
    })
  }

  it('what was opened is closed in reverse, within lists too, also if one can not be opened', () => {
    const closed: string[] = []
    const closing = (id: string, opens = true): ConfiguredProcessor => {
      const plugin = defineProcessor({
        name: 'closing',
        schema: {},
        open: () => {
          if (!opens) throw new Error('no')
          return { process: event => event, close: () => void closed.push(id) }
        },
      })
      return { ...configured(id, event => event), plugin }
    }
    run([[closing('a'), branch(true, [closing('b')], [closing('c')])], [closing('d')]])
    expect(closed.splice(0)).to.deep.equal(['d', 'c', 'b', 'a'])
    const lists = [[closing('a'), branch(false, [closing('b'), closing('c', false)])]]
    expect(() => run(lists)).to.throw('processor c: no')
    expect(closed).to.deep.equal(['b', 'a'])
  })

  it('there is no chain without processors, which costs an object for each event', () => {
    const { chain } = openChain([[], []], { log: pino({ enabled: false }), failed: new Map() })
    expect(chain).to.equal(undefined)
  })
})
