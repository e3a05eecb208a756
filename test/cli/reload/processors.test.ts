import { expect } from 'chai'
import { beatSource } from '../workplace.ts'
import { beat, changesOf, config, OUTPUT, REFUSED, reloading, runsOf } from './reloading.ts'

/** Notes on standard error when it is opened and closed, and what passes it after that. */
const NOTING = `let opened = 0
export default {
  name: 'noting',
  schema: { word: { doc: 'A word.', format: String, default: '' } },
  open({ settings: { word } }) {
    const name = word + '#' + ++opened
    console.error('open ' + name)
    if (word === 'bad') throw new Error('bad is taken')
    let closed = false
    return {
      process(event) {
        if (closed) console.error('late ' + name)
        return { ...event, noted: word }
      },
      close() {
        closed = true
        console.error('close ' + name)
        if (word === 'sour') throw new Error('sour at the end')
      },
    }
  },
}
`

describe('sealbeat run, told to reload processors', function () {
  this.timeout(60_000)
  const { place, start, reload, stop } = reloading()
  const add = (field: string, value: string | number) =>
    `{ add_fields: { target: '', fields: { ${field}: ${value} } } }`
  const note = (word: string) => `{ noting: { type: ./noting.js, word: ${word} } }`
  const stepsOf = (stderr: string) =>
    stderr.split('\n').filter(line => /^(open|close|late) /.test(line))

  beforeEach(() => place().write({ 'noting.js': NOTING }))

  it('has a beat whose own have changed run on, with its state, and does not touch others', async () => {
    const one = (value: number) => beat('one', `, processors: [${add('x', value)}]`)
    const agent = await start([one(1), beat('two')])
    await agent.printed('"x":1')
    const verdict = await reload(agent, config([one(2), beat('two')]))
    expect(changesOf(verdict)).to.deep.equal({
      added: [],
      removed: [],
      restarted: [],
      unchanged: ['two'],
    })
    expect(verdict['processors']).to.deep.equal(['one'])
    expect(await agent.logged('Processors reloaded')).to.deep.include({
      beat: 'one',
      processors: ['add_fields'],
    })
    await agent.printed('"x":2')
    const { events, messages } = await stop(agent)
    for (const id of ['one', 'two']) {
      expect(runsOf(events, id)).to.have.length(1)
      const numbers = events.filter(event => event.id === id).map(({ n }) => n)
      expect(numbers, id).to.deep.equal([...numbers.keys()])
    }
    expect(messages.filter(message => message === 'Beat started')).to.have.length(2)
  })

  it('gives those of the agent to every beat, takes them away, and has them again', async () => {
    const agent = await start([beat('one'), beat('two')])
    for (const x of [1, 0, 3]) {
      const list = x === 0 ? '' : add('x', x)
      place().write(config([beat('one'), beat('two')], `processors: [${list}]`))
      agent.child.kill('SIGHUP')
      const verdict = await agent.logged('Reloaded', [1, 0, 3].indexOf(x) + 1)
      expect(verdict['processors'], `${x}`).to.deep.equal(['one', 'two'])
      if (x > 0) await agent.printed(`"x":${x}`)
    }
    const { events } = await stop(agent)
    expect(runsOf(events, 'one')).to.have.length(1)
    const seen = events.map(event => Object(event).x ?? 0)
    expect(new Set(seen)).to.deep.equal(new Set([0, 1, 3]))
  })

  it('restarts a beat whose settings have changed too, with its new processors', async () => {
    const agent = await start([beat('one', `, processors: [${add('x', 1)}]`)])
    const next = config([beat('one', `, word: changed, processors: [${add('x', 2)}]`)])
    const verdict = await reload(agent, next)
    expect(verdict).to.deep.include({ restarted: ['one'], processors: [] })
    await agent.printed('"x":2')
    const { events } = await stop(agent)
    expect(events.filter(({ word }) => word === 'changed').map(each => Object(each).x)).to.include(
      2,
    )
    expect(runsOf(events, 'one')).to.have.length(2)
  })

  it('leaves all as it was where one is wrong, saying where', async () => {
    const agent = await start([beat('one')], `processors: [${note('a')}]`)
    const wrong = `beats: [${beat('one')}]\n${OUTPUT}\nprocessors:\n- add_fields: { feilds: {}, fields: {} }\n`
    await reload(agent, { 'beat.yml': wrong }, REFUSED)
    const { log, stderr, events } = await stop(agent)
    const [error] = log.filter(line => line['log.level'] === 'error')
    expect(error?.message).to.match(
      /^beat\.yml:4:17: processors\[0\]\.add_fields\.feilds: unknown key \(did you mean "fields"\?\)/,
    )
    expect(stepsOf(stderr)).to.deep.equal(['open a#1', 'close a#1'])
    expect(events.every(event => Object(event).noted === 'a')).to.equal(true)
  })

  it('closes those that were replaced once, after all events that passed them', async () => {
    const agent = await start([beat('one')], `processors: [${note('a')}]`)
    await agent.printed('"noted":"a"')
    for (const word of ['b', 'sour', 'c']) {
      await reload(agent, config([beat('one')], `processors: [${note(word)}]`))
      await agent.printed(`"noted":"${word}"`)
    }
    const { stderr, log } = await stop(agent)
    expect(stepsOf(stderr)).to.deep.equal([
      ...['open a#1', 'open b#2', 'close a#1', 'open sour#3', 'close b#2'],
      ...['open c#4', 'close sour#3', 'close c#4'],
    ])
    const errors = log.filter(line => line['log.level'] === 'error')
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'processor noting could not be closed',
    ])
  })

  it('leaves a beat those of before where the new can not be opened, and tries again', async () => {
    const agent = await start([beat('one')], `processors: [${note('a')}]`)
    const bad = `processors: [${note('b')}, ${note('bad')}]`
    const verdict = await reload(agent, config([beat('one')], bad), 'Reloaded but for one')
    expect(verdict).to.deep.include({ processors: [], failed: ['one'] })
    const again = await reload(agent, config([beat('one')], `processors: [${note('c')}]`))
    expect(again).to.deep.include({ processors: ['one'] })
    await agent.printed('"noted":"c"')
    const { stderr, log, events } = await stop(agent)
    expect(stepsOf(stderr)).to.deep.equal([
      ...['open a#1', 'open b#2', 'open bad#3', 'close b#2', 'open c#4', 'close a#1', 'close c#4'],
    ])
    const errors = log.filter(line => line['log.level'] === 'error')
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'the processors of beat one could not be opened: processor noting: bad is taken; going on with its old ones',
    ])
    expect(new Set(events.map(event => Object(event).noted))).to.deep.equal(new Set(['a', 'c']))
    expect(runsOf(events, 'one')).to.have.length(1)
  })

  it('counts failures on, by the names of processors', async () => {
    const failing = (field: string) =>
      `processors: [{ rename: { fields: [{ from: ${field}, to: x }] } }]`
    const metrics = 'logging.metrics.period: 1s'
    const agent = await start([beat('one')], failing('no'), metrics)
    await reload(agent, config([beat('one')], failing('none'), metrics))
    const line = await agent.logged('Non-zero metrics in the last 1s')
    const { log } = await stop(agent)
    expect(line).to.have.nested.property('monitoring.metrics.beats.one.failed.rename')
    const names = log.map(({ message }) => message).filter(message => /^Events not/.test(message))
    expect(names).to.have.length.of.at.least(2)
  })

  it('loses no event of a flood, doubles none and processes none by half, over fifty of them', async () => {
    const RELOADS = 50
    const flood = beatSource(
      `const { publish, signal, state } = context
    for (let n = state.get('n') ?? 0; !signal.aborted; n += 50) {
      await publish(Array.from({ length: 50 }, (_, i) => ({ burst: n, n: n + i })))
      await state.set('n', n + 50)
      await turn()
    }`,
      '',
      `import { setImmediate as turn } from 'node:timers/promises'`,
    )
    place().write({ 'flood.js': flood })
    const beats = (of: number) => [
      `{ type: ./flood.js, processors: [${add('first', of)}, ${note(`w${of}`)}, ${add('last', of)}] }`,
    ]
    const common = (of: number) => [
      `processors: [{ if: { has_fields: [n] }, then: [${add('common', of)}] }]`,
      'logging.level: info',
    ]
    const agent = await start(beats(0), ...common(0))
    for (let of = 1; of <= RELOADS; of++) {
      place().write(config(beats(of), ...common(of)))
      agent.child.kill('SIGHUP')
      expect(await agent.logged('Reloaded', of)).to.deep.include({ processors: ['flood'] })
    }
    await agent.printed(`"last":${RELOADS}`)
    const { events, stderr, messages } = await stop(agent)
    const passed = events.map(event => Object(event))
    expect(passed.map(({ n }) => n)).to.deep.equal([...passed.keys()])
    const generations = new Map<number, number>()
    for (const { burst, first, last, common: ofAgent, noted } of passed) {
      if (!generations.has(burst)) generations.set(burst, first)
      // Joined, as comparing each by itself takes chai half a minute.
      const all = [first, last, ofAgent, Number(noted.slice(1))].join()
      if (all !== Array(4).fill(generations.get(burst)).join()) expect.fail(`${burst}: ${all}`)
    }
    const inOrder = [...generations.values()]
    expect(inOrder).to.deep.equal(inOrder.toSorted((a, b) => a - b))
    expect(new Set(inOrder)).to.include(0).and.to.include(RELOADS)
    const steps = stepsOf(stderr)
    expect(steps.filter(step => step.startsWith('late'))).to.deep.equal([])
    for (const what of ['open', 'close']) {
      const ofKind = steps.filter(step => step.startsWith(what))
      expect(ofKind).to.have.length(RELOADS + 1)
      expect(new Set(ofKind).size).to.equal(RELOADS + 1)
    }
    expect(messages.filter(message => message === 'Beat started')).to.have.length(1)
  })
})
