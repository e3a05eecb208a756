import { existsSync, readFileSync, renameSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { needsLinux } from '../../live.ts'
import { textsOfThreads } from '../../threads.ts'
import { beatSource } from '../workplace.ts'
import {
  beat,
  changesOf,
  config,
  OUTPUT,
  REFUSED,
  RESTART,
  reloading,
  runsOf,
} from './reloading.ts'

describe('sealbeat run, told to reload', function () {
  this.timeout(30_000)
  const { place, start, reload, stop } = reloading()

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

  it('finds its files where it was started, wherever a beat has gone', async () => {
    place().write({
      'gone.js': beatSource("process.chdir('/'); await context.publish({ id: 'gone' })"),
    })
    const gone = '{ type: ./gone.js }'
    const agent = await start([beat('one'), gone])
    await agent.printed('"id":"gone"')
    const files = { ...config([beat('one'), beat('two'), gone]) }
    const verdict = await reload(agent, {
      ...files,
      // The folder beside it was not there at the start.
      'beat.d/three.yml': `beats: [${beat('three')}]`,
    })
    expect(changesOf(verdict)).to.deep.include({ added: ['two', 'three'] })
    await stop(agent)
  })

  it('has every thread under the filter as before, and no other one', async function () {
    needsLinux.call(this)
    const agent = await start([beat('one')])
    await reload(agent, config([beat('one', ', word: x'), beat('two')]))
    await agent.printed('"id":"two"')
    for (const status of textsOfThreads(agent.pid, 'status')) {
      expect(status)
        .to.match(/^Seccomp:\t2$/m)
        .and.to.match(/^NoNewPrivs:\t1$/m)
    }
    await stop(agent)
  })

  it('imports a beat that is new to it', async () => {
    const agent = await start([beat('one')])
    place().write({ 'new.js': beatSource('await context.publish({ message: "new" })') })
    const verdict = await reload(agent, config([beat('one'), '{ type: ./new.js }']))
    expect(verdict['added']).to.deep.equal(['new'])
    await agent.printed('"message":"new"')
    await stop(agent)
  })

  it('says of a beat that can not be imported that it will not be again', async () => {
    const agent = await start([beat('one')])
    place().write({ 'new.js': 'throw new Error("stray")' })
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
    // From a logger that existed before, at a level that was not logged then.
    expect(log.at(-1)).to.include({ message: 'Stopped', 'service.name': 'after' })
    expect(log.map(({ message }) => message)).to.include('Beat is done')
  })

  it('counts a beat from nothing that was removed and comes again', async () => {
    const more = 'logging.metrics.period: 1s'
    const agent = await start([beat('one'), beat('two')], more)
    await agent.logged('Non-zero metrics in the last 1s')
    await reload(agent, config([beat('one')], more))
    await agent.logged('Non-zero metrics in the last 1s', 2)
    await reload(agent, config([beat('one'), beat('two')], more))
    await agent.logged('Non-zero metrics in the last 1s', 4)
    const { log } = await stop(agent)
    for (const line of log.filter(({ message }) => message.startsWith('Non-zero'))) {
      const { events, beats } = Object(line['monitoring']).metrics
      const ofBeats = Object.values(beats).map(each => Number(Object(each).published ?? 0))
      expect(Math.max(...ofBeats)).to.be.at.most(events.published)
    }
  })

  it('logs metrics in the new period of logging.metrics', async () => {
    const agent = await start([beat('one')], 'logging.metrics.enabled: false')
    await reload(agent, config([beat('one')], 'logging.metrics.period: 1s'))
    const line = await agent.logged('Non-zero metrics in the last 1s')
    expect(line).to.have.nested.property('monitoring.metrics.beats.one.state', 'running')
    await stop(agent)
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
    place().write({ 'tracer.js': beatSource('', syscalls) })
    const agent = await start([beat('one')])
    await reload(agent, config([beat('one'), '{ type: ./tracer.js }']), RESTART)
    await agent.logged(
      'beat.yml:1:40: beats[1]: beat tracer needs ptrace, which the filter does not allow: restart the agent',
    )
    await stop(agent)
  })

  it('reloads once more, however often it was told to meanwhile', async () => {
    const slow = beatSource('', 'async open({ log }) { log.info("opening"); await sleep(500) },')
    place().write({ 'slow.js': slow })
    const agent = await start([beat('one')])
    place().write(config([beat('one'), '{ type: ./slow.js }']))
    agent.child.kill('SIGHUP')
    await agent.logged('opening')
    place().write(config([beat('one'), beat('two')]))
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
    place().write({ 'stuck.js': beatSource('', 'async open() { await new Promise(() => {}) },') })
    const agent = await start([beat('one'), beat('two')])
    place().write(config([beat('one', ', word: x'), '{ type: ./stuck.js }']))
    agent.child.kill('SIGHUP')
    await agent.logged('Beat started', 3)
    const { messages } = await stop(agent)
    expect(messages).not.to.include('Reloaded')
    expect(messages.at(-1)).to.equal('Stopped')
  })

  it('stops when it is told so while a beat is imported that does not come to an end', async () => {
    place().write({ 'endless.js': 'await new Promise(() => {})' })
    const agent = await start([beat('one')])
    place().write(config([beat('one'), '{ type: ./endless.js }']))
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
    place().write({ ...config(['{ type: ./slow.js }']), 'slow.js': slow })
    const agent = place().start('run')
    await agent.logged('opening')
    agent.child.kill('SIGHUP')
    expect(changesOf(await agent.logged('Reloaded'))).to.deep.include({ unchanged: ['slow'] })
    const { messages } = await stop(agent)
    expect(messages.indexOf('Running')).to.be.below(messages.indexOf('Reloading'))
  })

  it('goes on where its only beat is restarted, and ends when every beat is done', async () => {
    place().write({
      'done.js': beatSource('await context.publish({ word: context.settings.word })'),
    })
    const agent = await start([beat('one')])
    await reload(agent, config(['{ type: ./done.js, id: one }']))
    const { code, log } = await agent.ended()
    expect(code).to.equal(0)
    expect(log.map(({ message }) => message).slice(-2)).to.deep.equal([
      'Every beat is done',
      'Stopped',
    ])
  })

  it('takes a condition with a regular expression, whose library is loaded under the filter', async () => {
    const agent = await start([beat('one'), beat('two')])
    const step = `processors: [{ add_fields: { target: '', fields: { tags: [hit] },
      when: { and: [{ regexp: { id: '^(t+|w+)+o$' } }, { regexp: { word: '(?i)HELLO' } }] } } }]`
    const verdict = await reload(agent, config([beat('one'), beat('two')], step))
    expect(verdict['processors']).to.deep.equal(['one', 'two'])
    await agent.printed('"tags":["hit"]')
    const { events } = await stop(agent)
    const hit = events.filter(({ tags }) => tags !== undefined)
    expect(new Set(hit.map(({ id }) => id))).to.deep.equal(new Set(['two']))
  })

  it('goes on in a log file of the same name where it was moved away', async () => {
    const logging = 'logging: { to_files: true, files.name: log }'
    const agent = await start([beat('one')], logging)
    renameSync(place().path('logs/log.ndjson'), place().path('logs/moved'))
    await reload(agent, config([beat('one')], logging))
    await stop(agent)
    expect(existsSync(place().path('logs/log.ndjson'))).to.equal(true)
    expect(readFileSync(place().path('logs/log.ndjson'), 'utf8')).to.contain('"message":"Reloaded"')
    expect(readFileSync(place().path('logs/moved'), 'utf8')).not.to.contain('"message":"Reloaded"')
  })
})
