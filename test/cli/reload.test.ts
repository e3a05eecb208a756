import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { needsLinux } from '../live.ts'
import { beatSource, type LogLine, type Running, Workplace } from './workplace.ts'

/** Counts aloud in each of its runs, which a number tells from the others. */
const COUNTING = beatSource(
  `const run = randomUUID()
  const { id, settings, signal, publish, state } = context
  for (let n = state.get('n') ?? 0; !signal.aborted; n++) {
    await publish({ id, run, word: settings.word, n })
    await state.set('n', n + 1)
    await sleep(5, undefined, { signal }).catch(() => {})
  }`,
  '',
  `import { randomUUID } from 'node:crypto'`,
)
const OUTPUT = 'output.console: {}'
/** So that what is published is seen soon. */
const SOON = ['-E', 'queue.mem.flush.timeout=20ms'] as const

interface Counted {
  readonly id: string
  readonly run: string
  readonly word: string
  readonly n: number
  readonly tags?: readonly string[]
  readonly agent: { readonly name: string }
}

const REFUSED = 'Reload refused: the configuration is wrong; going on as before'
const RESTART = 'Reload refused: restart the agent for what has changed; going on as before'

describe('sealbeat run, told to reload', function () {
  this.timeout(30_000)
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'count.js': COUNTING })
  })
  afterEach(() => place.remove())

  const beat = (id: string, keys = '') => `{ type: ./count.js, id: ${id}${keys} }`
  const config = (beats: readonly string[], ...more: readonly string[]) => ({
    'beat.yml': [`beats: [${beats.join(', ')}]`, OUTPUT, ...more].join('\n'),
  })

  async function start(beats: readonly string[], ...more: readonly string[]): Promise<Running> {
    place.write(config(beats, ...more))
    const agent = place.start('run', ...SOON)
    await agent.logged('Beat started', beats.length)
    return agent
  }

  /** Writes another configuration, and waits for the verdict. */
  async function reload(
    agent: Running,
    files: Readonly<Record<string, string>>,
    verdict = 'Reloaded',
  ): Promise<LogLine> {
    place.write(files)
    agent.child.kill('SIGHUP')
    return agent.logged(verdict)
  }

  async function stop(agent: Running) {
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code, result.stderr).to.equal(0)
    const events: readonly Counted[] = result.stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
    return { ...result, events, messages: result.log.map(({ message }) => message) }
  }

  /** The runs of a beat, in order. */
  const runsOf = (events: readonly Counted[], id: string) => [
    ...new Set(events.filter(event => event.id === id).map(({ run }) => run)),
  ]
  const changesOf = ({ added, removed, restarted, unchanged, failed }: LogLine) => {
    return { added, removed, restarted, unchanged, ...(failed ? { failed } : {}) }
  }

  it('changes what has changed, loses nothing of it, and does not touch the rest', async () => {
    const agent = await start([beat('one'), beat('two'), beat('three')])
    await agent.printed('"id":"two"')
    const verdict = await reload(
      agent,
      config([beat('one'), beat('two', ', word: changed'), beat('four')]),
    )
    expect(verdict).to.include({ 'log.level': 'info' })
    expect(changesOf(verdict)).to.deep.equal({
      added: ['four'],
      removed: ['three'],
      restarted: ['two'],
      unchanged: ['one'],
    })
    await agent.printed('"word":"changed"')
    await agent.printed('"id":"four"')
    const { events, log } = await stop(agent)
    expect(runsOf(events, 'one')).to.have.length(1)
    expect(runsOf(events, 'two')).to.have.length(2)
    for (const id of ['one', 'two', 'four']) {
      const numbers = events.filter(event => event.id === id).map(({ n }) => n)
      expect(numbers, id).to.deep.equal([...numbers.keys()])
    }
    const ofThree = log.filter(line => line['beat'] === 'three').map(({ message }) => message)
    expect(ofThree).to.deep.equal(['Beat started', 'Beat stopped'])
  })

  it('has every thread under the filter as before, and no other one', async function () {
    needsLinux.call(this)
    const agent = await start([beat('one')])
    await reload(agent, config([beat('one', ', word: x'), beat('two')]))
    await agent.printed('"id":"two"')
    for (const tid of readdirSync(`/proc/${agent.pid}/task`)) {
      expect(readFileSync(`/proc/${agent.pid}/task/${tid}/status`, 'utf8'), tid)
        .to.match(/^Seccomp:\t2$/m)
        .and.to.match(/^NoNewPrivs:\t1$/m)
    }
    await stop(agent)
  })

  it('imports a beat that is new to it', async () => {
    const agent = await start([beat('one')])
    place.write({ 'new.js': beatSource('await context.publish({ message: "new" })') })
    const verdict = await reload(agent, config([beat('one'), '{ type: ./new.js }']))
    expect(verdict['added']).to.deep.equal(['new'])
    await agent.printed('"message":"new"')
    await stop(agent)
  })

  it('says of a beat that can not be imported that it will not be again', async () => {
    const agent = await start([beat('one')])
    place.write({ 'new.js': 'throw new Error("stray")' })
    await reload(agent, config([beat('one'), '{ type: ./new.js }']), REFUSED)
    const { messages } = await stop(agent)
    expect(messages.join('\n')).to.match(
      /^beat\.yml:1:42: beats\[1\]\.type: .*new\.js can't be imported: stray.*restart the agent$/m,
    )
  })

  it('has all events carry another name and other tags, and the log as well', async () => {
    const agent = await start([beat('one')], 'name: before')
    await reload(agent, config([beat('one')], 'name: after', 'tags: [x]', 'logging.level: debug'))
    await agent.printed('"tags":["x"]')
    const { events, log } = await stop(agent)
    expect(events.at(-1)).to.deep.include({ tags: ['x'] })
    expect(events.map(({ agent: { name } }) => name)).to.include.members(['before', 'after'])
    expect(log.find(({ message }) => message === 'Reloaded')?.['service.name']).to.equal('after')
    // Of a logger that was there before, at a level that was not logged then.
    expect(log.at(-1)).to.include({ message: 'Stopped', 'service.name': 'after' })
    expect(log.map(({ message }) => message)).to.include('Beat is done')
  })

  const WRONG: readonly (readonly [what: string, text: string, problem: string])[] = [
    ['is no YAML', 'beats: [{ type: ./count.js ]', 'beat.yml:1:28: '],
    [
      'has a wrong key of a beat',
      `beats:\n- type: ./count.js\n  wrod: x\n${OUTPUT}`,
      'beat.yml:3:3: beats[0].wrod: unknown key (did you mean "word"?)',
    ],
    ['names a beat that is not there', `beats: [{ type: ./no.js }]\n${OUTPUT}`, 'beat.yml:1:11: '],
  ]
  for (const [what, text, problem] of WRONG) {
    it(`goes on as before where the configuration ${what}, saying where`, async () => {
      const agent = await start([beat('one')])
      await reload(agent, { 'beat.yml': text }, REFUSED)
      const verdict = await reload(agent, config([beat('one'), beat('two')]))
      expect(verdict['unchanged']).to.deep.equal(['one'])
      const { log, events } = await stop(agent)
      const errors = log.filter(line => line['log.level'] === 'error')
      expect(errors[0]?.message).to.satisfy((message: string) => message.startsWith(problem))
      expect(errors.at(-1)?.message).to.equal(REFUSED)
      expect(runsOf(events, 'one')).to.have.length(1)
    })
  }

  const FIXED: readonly (readonly [what: string, more: string, problem: string])[] = [
    [
      'the output',
      'output.console.pretty: true',
      'beat.yml:2:1: output.console.pretty: has changed: restart the agent',
    ],
    [
      'the policy',
      `${OUTPUT}\nseccomp.default_action: log`,
      'beat.yml:3:1: seccomp: would decide otherwise of ',
    ],
  ]
  for (const [what, more, problem] of FIXED) {
    it(`takes nothing of a configuration where ${what} is another`, async function () {
      needsLinux.call(this)
      const agent = await start([beat('one')])
      await reload(agent, { 'beat.yml': `beats: [${beat('one', ', word: x')}]\n${more}` }, RESTART)
      await pause(100)
      const { log, events } = await stop(agent)
      const error = log.find(line => line['log.level'] === 'error')
      expect(error?.message).to.satisfy((message: string) => message.startsWith(problem))
      expect(new Set(events.map(({ word }) => word))).to.deep.equal(new Set(['hello']))
    })
  }

  it('refuses a beat that needs more than the filter allows', async function () {
    needsLinux.call(this)
    const syscalls = 'syscalls: [{ names: ["ptrace"], why: "reads registers" }],'
    place.write({ 'tracer.js': beatSource('', syscalls) })
    const agent = await start([beat('one')])
    await reload(agent, config([beat('one'), '{ type: ./tracer.js }']), RESTART)
    await agent.logged(
      'beat.yml:1:40: beats[1]: beat tracer needs ptrace, which the filter does not allow: restart the agent',
    )
    await stop(agent)
  })

  describe('where a beat', () => {
    const opening = beatSource(
      'await context.publish({ word: resources }); await sleep(1e6, undefined, { signal: context.signal })',
      `async open({ settings: { word } }) {
    console.error('open ' + word)
    if (word.startsWith('bad') || forbidden.has(word)) throw new Error(word + ' is taken')
    if (word === 'once') forbidden.add(word)
    return word
  },
  async close(word) { console.error('close ' + word) },`,
      'const forbidden = new Set()',
    )
    const open = (word: string) => `{ type: ./open.js, word: ${word} }`

    beforeEach(() => place.write({ 'open.js': opening }))
    const stepsOf = (stderr: string) =>
      stderr.split('\n').filter(line => /^(open|close) /.test(line))

    it('can not be opened with the new settings, it has the old ones again', async () => {
      const agent = await start([open('good'), beat('one')])
      const next = config([open('bad'), beat('one', ', word: x')])
      const verdict = await reload(agent, next, 'Reloaded but for open')
      expect(verdict).to.include({ 'log.level': 'warn' })
      expect(changesOf(verdict)).to.deep.equal({
        added: [],
        removed: [],
        restarted: ['one'],
        unchanged: [],
        failed: ['open'],
      })
      // It is still what it was, so that it is tried again.
      const again = await reload(agent, config([open('fine'), beat('one', ', word: x')]))
      expect(changesOf(again)).to.deep.include({ restarted: ['open'], unchanged: ['one'] })
      const { log, stderr } = await stop(agent)
      expect(log.find(line => line['log.level'] === 'error')).to.include({
        beat: 'open',
        message: 'beat open could not be opened: bad is taken; going back to its old settings',
      })
      expect(stepsOf(stderr)).to.deep.equal([
        ...['open good', 'close good', 'open bad', 'open good', 'close good', 'open fine'],
        'close fine',
      ])
    })

    it('can be opened neither way, the others go on without it', async () => {
      const agent = await start([open('once'), beat('one')])
      const verdict = await reload(
        agent,
        config([open('bad'), beat('one')]),
        'Reloaded but for open',
      )
      expect(verdict['unchanged']).to.deep.equal(['one'])
      const again = await reload(agent, config([open('good'), beat('one')]))
      expect(again['added']).to.deep.equal(['open'])
      const { messages } = await stop(agent)
      expect(messages).to.include(
        'beat open could not be opened: once is taken, as it was, either: restart the agent to have it again',
      )
    })

    it('was the last one, and can be opened neither way, the agent ends with 1', async () => {
      const agent = await start([open('once')])
      await reload(agent, config([open('bad')]), 'Stopping: no beat is left')
      expect((await agent.ended()).code).to.equal(1)
    })

    it('that is new can not be opened, the others are as they should be', async () => {
      const agent = await start([beat('one')])
      const next = config([beat('one', ', word: x'), open('bad'), beat('two')])
      const verdict = await reload(agent, next, 'Reloaded but for open')
      expect(changesOf(verdict)).to.deep.include({ added: ['two'], restarted: ['one'] })
      await stop(agent)
    })

    it('does not stop, it stays, and runs again once it has', async () => {
      const stubborn = beatSource(
        `const { settings: { word }, publish, signal } = context
      await publish({ word, runs: ++runs })
      if (runs === 1) while (!existsSync('let-go')) await sleep(20)
      else await sleep(1e6, undefined, { signal })`,
        '',
        `import { existsSync } from 'node:fs'\nlet runs = 0`,
      )
      place.write({ 'stubborn.js': stubborn })
      const of = (word: string) => `{ type: ./stubborn.js, word: ${word} }`
      const agent = await start([of('old'), beat('one')], 'shutdown_timeout: 1s')
      const next = config([of('new'), beat('one', ', word: x')], 'shutdown_timeout: 1s')
      const verdict = await reload(agent, next, 'Reloaded but for stubborn')
      expect(changesOf(verdict)).to.deep.include({ restarted: ['one'], failed: ['stubborn'] })
      await agent.logged('Beat stubborn does not stop: it stays as it was')
      place.write({ 'let-go': '' })
      await agent.printed('"word":"old","runs":2')
      expect(await reload(agent, next)).to.deep.include({ restarted: ['stubborn'] })
      await agent.printed('"word":"new","runs":3')
      await stop(agent)
    })
  })

  it('reloads once more, however often it was told to meanwhile', async () => {
    const slow = beatSource('', 'async open({ log }) { log.info("opening"); await sleep(500) },')
    place.write({ 'slow.js': slow })
    const agent = await start([beat('one')])
    place.write(config([beat('one'), '{ type: ./slow.js }']))
    agent.child.kill('SIGHUP')
    await agent.logged('opening')
    place.write(config([beat('one'), beat('two')]))
    for (let n = 0; n < 5; n++) {
      await pause(20)
      agent.child.kill('SIGHUP')
    }
    const second = await agent.logged('Reloaded', 2)
    expect(changesOf(second)).to.deep.include({ added: ['two'], removed: ['slow'] })
    await pause(300)
    const { messages } = await stop(agent)
    expect(messages.filter(message => message === 'Reloaded')).to.have.length(2)
  })

  it('stops in good order when it is told so while it reloads', async () => {
    place.write({ 'stuck.js': beatSource('', 'async open() { await new Promise(() => {}) },') })
    const agent = await start([beat('one'), beat('two')])
    place.write(config([beat('one', ', word: x'), '{ type: ./stuck.js }']))
    agent.child.kill('SIGHUP')
    await agent.logged('Beat started', 3)
    const { messages } = await stop(agent)
    expect(messages).not.to.include('Reloaded')
    expect(messages.at(-1)).to.equal('Stopped')
  })

  it('stops when it is told so while a beat is imported that does not come to an end', async () => {
    place.write({ 'endless.js': 'await new Promise(() => {})' })
    const agent = await start([beat('one')])
    place.write(config([beat('one'), '{ type: ./endless.js }']))
    agent.child.kill('SIGHUP')
    await agent.logged('Reloading')
    await pause(300)
    const since = performance.now()
    const { events } = await stop(agent)
    expect(performance.now() - since).to.be.below(10_000)
    expect(runsOf(events, 'one')).to.have.length(1)
  })

  it('reloads once it runs when it was told to before', async () => {
    const slow = beatSource(
      'await sleep(1e6, undefined, { signal: context.signal })',
      'async open({ log }) { log.info("opening"); await sleep(300) },',
    )
    place.write({ ...config(['{ type: ./slow.js }']), 'slow.js': slow })
    const agent = place.start('run')
    await agent.logged('opening')
    agent.child.kill('SIGHUP')
    expect(changesOf(await agent.logged('Reloaded'))).to.deep.include({ unchanged: ['slow'] })
    const { messages } = await stop(agent)
    expect(messages.indexOf('Running')).to.be.below(messages.indexOf('Reloading'))
  })

  it('goes on where its only beat is restarted, and ends when every beat is done', async () => {
    place.write({ 'done.js': beatSource('await context.publish({ word: context.settings.word })') })
    const agent = await start([beat('one')])
    await reload(agent, config(['{ type: ./done.js, id: one }']))
    const { code, log } = await agent.ended()
    expect(code).to.equal(0)
    expect(log.map(({ message }) => message).slice(-2)).to.deep.equal([
      'Every beat is done',
      'Stopped',
    ])
  })

  it('goes on in a log file of the same name where it was moved away', async () => {
    const logging = 'logging: { to_files: true, files.name: log }'
    const agent = await start([beat('one')], logging)
    renameSync(place.path('logs/log.ndjson'), place.path('logs/moved'))
    await reload(agent, config([beat('one')], logging))
    await stop(agent)
    expect(existsSync(place.path('logs/log.ndjson'))).to.equal(true)
    expect(readFileSync(place.path('logs/log.ndjson'), 'utf8')).to.contain('"message":"Reloaded"')
    expect(readFileSync(place.path('logs/moved'), 'utf8')).not.to.contain('"message":"Reloaded"')
  })
})
