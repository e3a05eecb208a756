import { expect } from 'chai'
import output from '../../../lib/outputs/redis/redis.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { rejection } from '../../pipeline/fixtures.ts'
import { RedisOutputs, to, type Written, write } from './outputs.ts'
import { RedisServer } from './redis-server.ts'

describe('output.redis where a server fails or refuses', () => {
  let server: RedisServer
  const outputs = new RedisOutputs()
  const named = (name: string) => server.called.filter(each => each.name === name)

  beforeEach(async () => {
    server = new RedisServer()
    await server.listen()
  })

  afterEach(async () => {
    await outputs.close()
    await server.close()
  })

  const open = (written: Written = {}) =>
    outputs.open({ hosts: [`127.0.0.1:${server.port}`], ...written })

  const all = { retry: [0, 1], reject: [], cause: 'throttled' }
  for (const [reply, words] of [
    ['OOM command not allowed', 'its memory is used up (maxmemory) (OOM)'],
    ['LOADING Redis is loading the dataset in memory', 'it is still loading its data (LOADING)'],
    ["READONLY You can't write", 'it is a replica, which only its master writes to (READONLY)'],
    ['MASTERDOWN Link with MASTER is down', 'it is a replica, and its master is away (MASTERDOWN)'],
    ['NOAUTH Authentication required.', 'it wants a password (NOAUTH)'],
    ['CLUSTERDOWN Hash slot not served', 'its cluster is down (CLUSTERDOWN)'],
    ['BUSY Redis is busy running a script', 'it is busy with a script (BUSY)'],
    ['ERR max number of clients reached', 'it has too many clients (maxclients)'],
    [
      "ERR unknown command 'rpush', with args beginning with: 'secret'",
      'it does not know the command',
    ],
    ['secret', 'it refuses that (ERR)'],
  ] as const) {
    it(`pauses after -${reply.slice(0, 20)}…, and tries all again`, async () => {
      server.instead = () => `-${reply}\r\n`
      const made = await open()
      for (let time = 0; time < 2; time++) {
        expect(await write(made, ['1', '2'])).to.deep.equal(all)
      }
      expect(outputs.logged.map(({ level }) => level)).to.deep.equal([50, 20])
      expect(outputs.messages[0]).to.equal(
        `redis://127.0.0.1:${server.port} takes no events: ${words}`,
      )
      expect(JSON.stringify(outputs.logged)).not.to.include('secret')
    })
  }

  it('pauses where all events go to a key that is no list', async () => {
    server.texts.set('0:sealbeat', 'text')
    expect(await write(await open(), ['1', '2'])).to.deep.equal(all)
  })

  it('tries again only what failed of several commands', async () => {
    let left = 1
    server.instead = () => (left-- > 0 ? undefined : '-OOM no\r\n')
    const result = await write(await open({ key: '%{[a]}' }), ['1', '2', '3'], to('x', 'y', 'x'))
    expect(result).to.deep.equal({ retry: [1], reject: [], cause: 'throttled' })
  })

  it('knows what was confirmed before the connection was lost', async () => {
    server.instead = ({ args }) => {
      if (String(args[0]) === 'x') return undefined
      for (const each of server.sockets) each.end()
      return ''
    }
    const result = await write(await open({ key: '%{[a]}' }), ['1', '2', '3'], to('x', 'y', 'z'))
    expect(result).to.deep.equal({ retry: [1, 2], reject: [], cause: 'lost' })
  })

  it('has a batch halved whose events are too large', async () => {
    server.instead = () => '-ERR Protocol error: invalid bulk length\r\n'
    expect(await write(await open(), ['1', '2'])).to.deep.equal({
      ...{ retry: [], reject: [], tooLarge: true },
    })
  })

  for (const [what, reply] of [
    ['no Redis', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['no number', '+OK\r\n'],
    ['no integer', ':x\r\n'],
    ['fewer than there are', ':1\r\n'],
    ['null', '$-1\r\n'],
    ['a list', '*1\r\n:2\r\n'],
    ['endless', `+${'x'.repeat(100_000)}`],
    ['an endless error', `-${'x'.repeat(100_000)}`],
  ] as const) {
    it(`rejects where the answer is ${what}, and works again afterwards`, async () => {
      const made = await open()
      server.instead = () => reply
      const error = await rejection(write(made, ['1', '2']))
      expect(error).to.be.instanceOf(Error)
      expect(JSON.stringify({ ...Object(error) })).not.to.include('args')
      server.instead = () => undefined
      expect(await write(made, ['1', '2'])).to.deep.equal({ retry: [], reject: [] })
    })
  }

  it('takes no reply that nobody has asked for as one to the next command', async () => {
    const made = await open()
    server.instead = () => ':2\r\n:2\r\n'
    await write(made, ['1', '2']).catch(() => undefined)
    server.instead = () => '-OOM no\r\n'
    expect(await write(made, ['1', '2'])).to.deep.equal(all)
  })

  it('says why a server ends the connection before it is asked', async () => {
    server.greeting = '-ERR max number of clients reached\r\n'
    const outcome = await write(await open(), ['1']).then(
      result => JSON.stringify(result) + outputs.messages,
      String,
    )
    expect(outcome).to.include('too many clients')
  })

  it('settles no event by an answer that cuts off, wherever that is', async () => {
    const reply = ':12\r\n'
    for (let size = 0; size < reply.length; size++) {
      const made = await open()
      server.instead = () => {
        setImmediate(() => {
          for (const each of server.sockets) each.end()
        })
        return reply.slice(0, size)
      }
      const result = await write(made, ['1', '2']).catch(error => error)
      expect(result, `cut after ${size} bytes`).to.be.instanceOf(Error)
    }
  })

  it('sends no event to a server that has not taken its password, wherever its answer is cut', async () => {
    server.password = 'p'
    for (const [name, reply] of [
      ['auth', '+OK\r\n'],
      ['select', '+OK\r\n'],
      ['auth', ':1\r\n'],
    ] as const) {
      for (let size = 0; size < reply.length; size++) {
        server.instead = called => {
          if (called.name !== name) return undefined
          setImmediate(() => {
            for (const each of server.sockets) each.end()
          })
          return reply.slice(0, size)
        }
        const made = await open({ password: 'p', db: 1 })
        expect(await rejection(write(made, ['1']))).to.be.instanceOf(Error)
      }
    }
    server.instead = ({ name }) => (name === 'auth' ? ':1\r\n' : undefined)
    expect(String(await rejection(write(await open({ password: 'p' }), ['1'])))).to.match(
      /no Redis/,
    )
    expect(named('rpush')).to.deep.equal([])
  })

  it('ends a write with its signal, and never hears its answer', async () => {
    const made = await open()
    let answer = () => {}
    server.instead = () => {
      const [socket] = server.sockets
      answer = () => void socket?.write(':9\r\n')
      return ''
    }
    const aborting = new AbortController()
    const writing = rejection(write(made, ['1'], [], aborting.signal))
    while (server.called.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    aborting.abort(new Error('too late'))
    expect(await writing).to.be.instanceOf(Error)
    server.instead = () => '-OOM no\r\n'
    answer()
    expect(await write(made, ['1'])).to.deep.include({ retry: [0] })
  })

  it('does not write to another database than the one that is meant', async () => {
    const error = await rejection(write(await open({ db: 99 }), ['1']))
    expect(String(error)).to.include('SELECT: it has no database of this number')
    expect(named('rpush')).to.deep.equal([])
  })

  it('keeps the contract of outputs whatever its server does', async function () {
    this.timeout(60_000)
    await checkOutput(output, {
      peer: {
        port: server.port,
        config: port => ({ hosts: [`127.0.0.1:${port}`] }),
        received: () => server.list('sealbeat').join('\n'),
      },
      module: new URL('../../../lib/outputs/redis/redis.js', import.meta.url),
    })
  })

  it('keeps it with events that go to several keys', async function () {
    this.timeout(60_000)
    server.texts.set('0:refused', 'text')
    await checkOutput(output, {
      config: {
        key: '%{[key]:events}',
        keys: [{ key: 'of-%{[agent.name]}', when: { has_fields: ['to'] } }],
      },
      peer: {
        port: server.port,
        config: port => ({ hosts: [`127.0.0.1:${port}`] }),
        received: () => server.list('events').join('\n'),
        refuses: { retry: [{ key: 'refused' }] },
      },
    })
  })
})
