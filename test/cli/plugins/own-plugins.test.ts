import { expect } from 'chai'
import { needsLinux } from '../../live.ts'
import { beatSource, eventsOf, messagesOf, Workplace } from '../workplace.ts'

/** Prints batches with its own mark, as an author would without types. */
const OUTPUT = `import { defineOutput } from 'sealbeat'
export default defineOutput({
  name: 'marked',
  schema: { mark: { doc: 'A mark.', format: String, default: '' } },
  async open({ settings }) {
    return {
      async write({ lines }) {
        for (const line of lines) console.log(JSON.stringify({ mark: settings.mark, ...JSON.parse(line) }))
        return { retry: [], reject: [] }
      },
      async close() { console.log('{"closed":true}') },
    }
  },
})
`

/** Does what its events ask for, and always leaves a mark. */
const STEP = `import { defineProcessor } from 'sealbeat'
export default defineProcessor({
  name: 'step',
  schema: { mark: { doc: 'A mark.', format: String, default: '' } },
  open: ({ settings, log }) => {
    log.info('Step opened')
    return {
      process(event) {
        if (event.message === 'drop') return undefined
        event.marks = [...(event.marks ?? []), settings.mark]
        if (event.message === 'throw') throw new Error('no luck')
        if (event.message === 'late') return Promise.resolve(event)
        return event
      },
      close: () => log.info('Step closed'),
    }
  },
})
`

const BEAT = beatSource(`
  const receipt = await context.publish(context.settings.word.split(' ').map(message => ({ message })))
  context.log.info(await receipt.confirmed, 'Confirmed')`)

describe('an agent with plugins of one’s own', () => {
  before(needsLinux)
  let place: Workplace
  beforeEach(() => {
    place = new Workplace()
    place.write({
      'beat.js': BEAT,
      'out.js': OUTPUT,
      'step.js': STEP,
      'node_modules/posted/package.json': '{ "type": "module", "exports": "./main.js" }',
      'node_modules/posted/main.js': OUTPUT,
    })
  })
  afterEach(() => place.remove())

  const run = (text: string) => {
    place.write({ 'beat.yml': text })
    return place.run('run')
  }

  for (const [what, type] of [
    ['a path', './out.js'],
    ['a package', 'posted'],
  ]) {
    it(`delivers to an output that is ${what}, under the default policy`, async () => {
      const result = await run(
        `beats: [{ type: ./beat.js, word: a b }]\noutput.main: { type: ${type}, mark: x, workers: 2 }\n`,
      )
      expect(result.code).to.equal(0)
      expect(messagesOf(result)).to.include('Syscall filter successfully installed')
      const events = eventsOf(result)
      expect(events.map(({ mark, message }) => [mark, message])).to.deep.equal([
        ['x', 'a'],
        ['x', 'b'],
        [undefined, undefined],
      ])
      expect(events.at(-1)).to.deep.equal({ closed: true })
    })
  }

  it('asks the output where each event goes, and keeps that beside it', async () => {
    place.write({
      'routed.js': `import { defineOutput, text } from 'sealbeat'
export default defineOutput({
  name: 'routed',
  schema: { index: { doc: 'A prefix.', format: text, default: 'i' } },
  route: ({ index }) => get => index + '-' + get('event.module') + '-' + get('message'),
  open: async () => ({
    async write({ count, meta }) {
      for (let at = 0; at < count; at++) console.log(JSON.stringify(meta[at]))
      return { retry: [], reject: [] }
    },
    async close() {},
  }),
})
`,
    })
    const result = await run(
      'beats: [{ type: ./beat.js, word: a b }]\noutput.main: { type: ./routed.js, index: x }\n',
    )
    expect(result.code).to.equal(0)
    expect(eventsOf(result)).to.deep.equal([{ route: 'x-probe-a' }, { route: 'x-probe-b' }])
  })

  for (const [what, route, said] of [
    ['throws', "() => { throw new Error('no index') }", 'no index'],
    ['returns no function', "() => 'index'", 'route returned no function'],
  ]) {
    it(`does not start with an output whose route ${what}`, async () => {
      place.write({ 'out.js': OUTPUT.replace("  name: 'marked',", `$&\n  route: ${route},`) })
      const result = await run('beats: [{ type: ./beat.js }]\noutput.main: { type: ./out.js }\n')
      expect(result.code).to.equal(1)
      expect(messagesOf(result)).to.include(`output main could not be opened: ${said}`)
    })
  }

  it('has events pass the processors of the beat, then those of the agent', async () => {
    const result = await run(`output.console:
beats: [{ type: ./beat.js, word: a drop, processors: [{ one: { type: ./step.js, mark: 1st } }] }]
processors:
- add_fields: { target: labels, fields: { a: 1 } }
- two: { type: ./step.js, mark: 2nd }
`)
    expect(result.code).to.equal(0)
    const [event, ...more] = eventsOf(result)
    expect(more).to.deep.equal([])
    expect(event).to.deep.include({ message: 'a', marks: ['1st', '2nd'], labels: { a: 1 } })
    expect(event.event).to.deep.equal({ module: 'probe' })
    const confirmed = result.log.find(({ message }) => message === 'Confirmed')
    expect(confirmed).to.include({ confirmed: 1, filtered: 1, rejected: 0, unencodable: 0 })
    const opened = result.log.filter(({ message }) => message === 'Step opened')
    expect(opened.map(({ processor }) => processor)).to.deep.equal(['one', 'two'])
    expect(messagesOf(result).filter(message => message === 'Step closed')).to.have.length(2)
  })

  it('loses no event to a processor that fails', async () => {
    const result = await run(`output.console:
beats: [{ type: ./beat.js, word: throw late }]
processors: [{ one: { type: ./step.js } }, { add_fields: { fields: { a: 1 } } }]
`)
    expect(result.code).to.equal(0)
    const events = eventsOf(result)
    expect(
      events.map(({ message, marks, fields, error }) => ({ message, marks, fields, error })),
    ).to.deep.equal([
      {
        message: 'throw',
        marks: undefined,
        fields: { a: 1 },
        error: { message: 'processor one: no luck' },
      },
      {
        message: 'late',
        marks: undefined,
        fields: { a: 1 },
        error: { message: 'processor one: process returned neither an event nor undefined' },
      },
    ])
    const lines = result.log.filter(({ message }) => message === 'Events not processed')
    expect(lines[0]).to.include({ processor: 'one', events: 1 })
  })

  it('passes events where conditions say, and counts failures by processor', async () => {
    place.write({ 'beat.js': BEAT.replace("'Confirmed')", "'Confirmed'); await sleep(1500)") })
    const result = await run(`output.console:
logging.metrics.period: 1s
beats: [{ type: ./beat.js, word: 'drop throw two one' }]
processors:
- one: { type: ./step.js, mark: one, when: { not: { contains: { message: drop } } } }
- if: { regexp: { message: '^(t|tw)+o$' } }
  then: [{ two: { type: ./step.js, mark: two } }]
  else:
    if: { equals: { marks: one } }
    then: []
    else: [{ add_fields: { target: '', fields: { other: true } } }]
`)
    expect(result.code).to.equal(0)
    const events = eventsOf(result).map(({ message, marks, other }) => [message, marks, other])
    expect(events).to.deep.equal([
      ['drop', undefined, true],
      ['throw', undefined, true],
      ['two', ['one', 'two'], undefined],
      ['one', ['one'], true],
    ])
    const metrics = result.log.map(line => Object(line['monitoring']).metrics?.beats?.beat?.failed)
    expect(metrics.filter(Boolean)).to.deep.equal([{ one: 1 }])
  })

  for (const [what, text, said] of [
    [
      'a processor as its output',
      'output.main: { type: ./step.js }\nbeats: [{ type: ./beat.js }]\n',
      'output main could not be opened: open returned no { write, close }; it looks like a processor',
    ],
    [
      'an output as a processor',
      'output.console:\nbeats: [{ type: ./beat.js }]\nprocessors: [{ one: { type: ./late.js } }]\n',
      'beat beat could not be opened: processor one: open returned no { process } but a promise, as that of an output does',
    ],
  ] as const) {
    it(`does not start with ${what}, and says that it is one`, async () => {
      // An `async` function is refused before: this one shows only by what it returns.
      place.write({
        'late.js': `import { defineOutput } from 'sealbeat'
export default defineOutput({ name: 'late', schema: {}, open: () => Promise.resolve({}) })
`,
      })
      const result = await run(text)
      expect(result.code).to.equal(1)
      expect(messagesOf(result)).to.include(said)
    })
  }

  it('does not start with a processor that can not be opened', async () => {
    place.write({
      'step.js': STEP.replace("log.info('Step opened')", "throw new Error('no luck')"),
    })
    const result = await run(
      'output.console:\nbeats: [{ type: ./beat.js }]\nprocessors: [{ one: { type: ./step.js } }]\n',
    )
    expect(result.code).to.equal(1)
    expect(messagesOf(result)).to.include('beat beat could not be opened: processor one: no luck')
  })
})
