import { expect } from 'chai'
import { type Paint, paintFor, readableEvent, readableLog } from '../../lib/log/readable.ts'

const plain: Paint = (_, text) => text
const AT = new Date(2026, 0, 31, 12, 0, 1).toISOString()

const log = (fields: Readonly<Record<string, unknown>>) =>
  readableLog(`${JSON.stringify({ '@timestamp': AT, 'service.name': 'web', ...fields })}\n`, plain)

describe('a line of the log for people', () => {
  it('has the time of day, the level, the beat, what it says, and its fields', () => {
    expect(log({ 'log.level': 'info', beat: 'host', message: 'Beat started' })).to.equal(
      '12:00:01 INFO  host     Beat started\n',
    )
    expect(
      log({ 'log.level': 'warn', message: 'm', a: { b: 1, c: 'x y' }, d: ['e'], f: {}, g: null }),
    ).to.equal('12:00:01 WARN           m a.b=1 a.c="x y" d=["e"] f={} g=null\n')
  })

  it('has why and what to do', () => {
    const failed = {
      'log.level': 'error',
      message: 'Events could not be sent',
      'error.message': 'connect ECONNREFUSED 127.0.0.1:9200',
      'error.code': 'ECONNREFUSED',
      'error.type': 'Error',
      'error.stack_trace': 'Error: connect\n    at a (b.js:1:2)',
      hint: 'start the server',
    }
    expect(log(failed)).to.equal(
      '12:00:01 ERROR          Events could not be sent: connect ECONNREFUSED 127.0.0.1:9200 ' +
        'error.code=ECONNREFUSED\n               hint start the server\n',
    )
  })

  it('goes on below its message where the terminal is too narrow, and loses nothing', () => {
    const fields = {
      'log.level': 'info',
      message: 'Syscall filter installed',
      hint: 'a '.repeat(40),
    }
    const line = JSON.stringify({ '@timestamp': AT, ...fields, mode: 'extend', threads: 12 })
    const shown = readableLog(line, plain, 60)
    expect(shown).to.match(
      /^12:00:01 INFO {11}Syscall filter installed mode=extend\n {15}threads=12\n/,
    )
    for (const each of shown.split('\n')) expect(each.length).to.be.at.most(60)
    expect(shown.split(/\s+/)).to.deep.equal(readableLog(line, plain).split(/\s+/))
  })

  it('does not repeat an error that the message has', () => {
    const error = { 'error.message': 'data may not be opened', 'error.code': 'OPEN_FAILED' }
    expect(
      log({ 'log.level': 'error', message: 'Output: data may not be opened', ...error }),
    ).to.equal('12:00:01 ERROR          Output: data may not be opened error.code=OPEN_FAILED\n')
  })

  it('does not repeat a message that the error goes on from', () => {
    const fields = { message: 'no folder', 'error.message': 'no folder: ENOENT', 'error.code': 'X' }
    expect(log({ 'log.level': 'error', ...fields })).to.equal(
      '12:00:01 ERROR          no folder: ENOENT error.code=X\n',
    )
  })

  it('reads the same where the error is one map', () => {
    const error = { code: 'UNKNOWN_SYSCALL', message: 'unknown: opne' }
    expect(log({ 'log.level': 'error', message: 'No filter', error, hint: 'correct it' })).to.equal(
      '12:00:01 ERROR          No filter: unknown: opne error.code=UNKNOWN_SYSCALL\n' +
        '               hint correct it\n',
    )
  })

  it('has of what became of events what there was', () => {
    const events = { acked: 3, rejected: 0, published: 3, waiting: 0 }
    expect(log({ 'log.level': 'info', message: 'Stopped', events, uptime_ms: 0 })).to.equal(
      '12:00:01 INFO           Stopped events.acked=3 events.published=3 uptime_ms=0\n',
    )
  })

  it('has the stack of an error that nobody foresaw', () => {
    const bug = {
      'error.type': 'TypeError',
      'error.stack_trace': 'TypeError: x\n    at a (b.js:1:2)',
    }
    expect(log({ 'log.level': 'error', message: 'm', 'error.message': 'x', ...bug })).to.match(
      /m: x\n {15}TypeError\n {15}at a \(b\.js:1:2\)\n$/,
    )
  })

  it('moves no cursor, whatever is in it', () => {
    const shown = log({ 'log.level': 'info', message: '\x1b]0;x\x07\nnew\u009b', '\x1b[2J': '\r' })
    expect(shown).to.include('\\x1b]0;x\\x07\\x0anew\\x9b')
    expect(shown.trimEnd()).not.to.match(/\p{Cc}/u)
  })

  it('stays as it is if it is no JSON, but for control characters', () => {
    expect(readableLog('oops\n', plain)).to.equal('oops\n')
    expect(readableLog('\x1b]0;x\x07\n', plain)).to.equal('\\x1b]0;x\\x07\n')
  })

  const DEEP = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
  const HOSTILE: readonly string[] = [
    '{"log.level":"info","log.level":"\\u001b]0;x\\u0007","message":"m"}',
    '{"log.level":"constructor","message":"m"}',
    '{"log.level":"__proto__","message":"m"}',
    '{"log.level":{"toString":1},"message":{"toString":1},"beat":{"toString":1},"@timestamp":{"toString":1}}',
    '{"message":[{"toString":1}],"event":{"dataset":{"toString":1}}}',
    DEEP,
  ]
  for (const line of HOSTILE) {
    it(`is shown whatever is in it: ${line.slice(0, 60)}`, () => {
      for (const text of [readableLog(line, plain).trimEnd(), readableEvent(line, plain, 80)]) {
        expect(text)
          .not.to.match(/\p{Cc}/u)
          .and.not.to.equal('')
      }
    })
  }

  it('has colours, but for NO_COLOR and a dumb terminal', () => {
    const line = `{"log.level":"error","@timestamp":"${AT}","message":"m"}`
    const ESCAPE = '\x1b['
    expect(readableLog(line, paintFor({ TERM: 'xterm' }))).to.include(ESCAPE)
    expect(readableLog(line, paintFor({ TERM: 'xterm', NO_COLOR: '' }))).to.include(ESCAPE)
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect(readableLog(line, paintFor(env))).not.to.include(ESCAPE)
    }
  })
})

describe('an event for people', () => {
  const EVENT = JSON.stringify({
    '@timestamp': AT,
    agent: { id: 'i' },
    ecs: { version: '8' },
    host: { name: 'h', cpu: { usage: 0.5 } },
    event: { module: 'host', dataset: 'host.cpu', duration: 12 },
    message: 'hello you',
  })

  it('has the time, its kind, its message, what it measures, and how that went', () => {
    expect(readableEvent(EVENT, plain)).to.equal(
      '12:00:01 host.cpu hello you host.cpu.usage=0.5 event.duration=12',
    )
  })

  it('is as wide as the terminal at most, coloured or not', () => {
    const whole = readableEvent(EVENT, plain).length
    const painted = paintFor({ TERM: 'xterm' })
    for (let columns = 1; columns <= whole + 2; columns++) {
      const shown = readableEvent(EVENT, plain, columns)
      expect(shown.length, `${columns}`).to.be.at.most(columns)
      expect(shown.endsWith('…'), `${columns}`).to.equal(columns < whole)
      const coloured = readableEvent(EVENT, painted, columns)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of
      expect(coloured.replace(/\x1b\[\d+m/g, ''), `${columns}`).to.equal(shown)
    }
  })

  it('moves no cursor', () => {
    const hostile = JSON.stringify({ message: 'a\x1b[2Jb', 'k\n': '\u009b' })
    expect(readableEvent(hostile, plain)).not.to.match(/\p{Cc}/u)
  })
})
