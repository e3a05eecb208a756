// What sockets the code in an agent can have, by what its plugins declare, and who is said to declare it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { expect } from 'chai'
import { beatSource, eventsOf, Workplace } from '../cli/workplace.ts'
import { writeExamples } from '../docs/examples.ts'
import { isolation, needsIsolation, needsLinux } from '../live.ts'
import { needsLandlock } from './seal/needs-landlock.ts'

/** Tries each of these, and says how it went. */
const TRYING = `
  const outcome = async (emitter, done) => {
    const result = await new Promise(resolve => {
      emitter.once('error', ({ code }) => resolve(code))
      emitter.once(done, () => resolve('done'))
    })
    emitter.on('error', () => {}).unref()
    return result
  }
  const { inside, outside, unix } = JSON.parse(process.env.HOSTILE_SOCKETS)
  const tried = {
    inside: await outcome(connect(inside, '127.0.0.1'), 'connect'),
    outside: await outcome(connect(outside, '127.0.0.1'), 'connect'),
    unix: await outcome(connect(unix), 'connect'),
    listens: await outcome(createServer().listen(0), 'listening'),
    udp: await outcome(createSocket('udp4').bind(0), 'listening'),
  }
  context.log.info({ tried }, 'Tried')
  await context.publish({ tried })`
const BEAT = beatSource(
  TRYING,
  '',
  `import { connect, createServer } from 'node:net'
import { createSocket } from 'node:dgram'`,
)

describe('the sockets of an agent', function () {
  this.timeout(60_000)
  let place: Workplace
  const servers: Server[] = []
  const received: string[] = []
  let scene: { readonly inside: number; readonly outside: number; readonly unix: string }

  before(async function () {
    needsLinux.call(this)
    needsIsolation.call(this)
    needsLandlock.call(this)
    place = new Workplace()
    writeExamples(place)
    const collector = createServer((request, response) => {
      request.setEncoding('utf8').on('data', text => received.push(text))
      request.on('end', () => response.end())
    })
    const unix = place.path('other.sock')
    scene = {
      inside: await listening(collector, { port: 0, host: '127.0.0.1' }),
      outside: await listening(createTcpServer(), { port: 0, host: '127.0.0.1' }),
      unix,
    }
    await listening(createTcpServer(), { path: unix })
  })
  after(() => {
    for (const server of servers) server.close()
    place?.remove()
  })

  async function listening(server: Server, where: object): Promise<number> {
    servers.push(server)
    await once(server.listen(where), 'listening')
    return Number(Object(server.address()).port)
  }

  async function run(output: string, ...lines: readonly string[]) {
    const text = [`beats: [{ type: ./beat.js }]`, output, ...lines, ''].join('\n')
    place.write({ 'beat.js': BEAT, 'beat.yml': text })
    const through = [...isolation(), 'env', `HOSTILE_SOCKETS=${JSON.stringify(scene)}`]
    const result = await place.startThrough(through, 'run', '--strict.perms=false').ended()
    expect(result.code, result.stderr).to.equal(0)
    const tried = result.log.find(({ message }) => message === 'Tried')?.['tried']
    return { ...result, tried }
  }

  /** The lines of `sandbox show` about these calls: the call, the answer, and who or what is behind it. */
  async function shown(...calls: readonly string[]): Promise<readonly string[]> {
    const { stdout } = await place.run('sandbox', 'show', '--strict.perms=false')
    const lines = stdout.split('\n').filter(line => calls.includes(line.split(' ')[0] ?? ''))
    return [...new Set(lines.map(line => line.replace(/, if .*$/, '').replace(/ {2,}/g, ' | ')))]
  }

  const http = () =>
    `output.main: { type: ./http-output.js, url: "http://127.0.0.1:${scene.inside}/" }`

  it('with the HTTP output of docs/outputs.md are those that connect to its port, and no other', async () => {
    const { tried } = await run(http())
    expect(tried).to.deep.equal({
      inside: 'done',
      outside: 'EACCES',
      unix: 'EPERM',
      listens: 'EACCES',
      // A filter sees no addresses, and Landlock decides about UDP from Linux 7.2 on.
      udp: 'done',
    })
    expect(received.join('')).to.include('"tried"')
    const who = 'output main: posts events'
    expect(await shown('socket', 'connect', 'bind', 'listen')).to.deep.equal([
      `socket | allow | ${who}`,
      'socket | errno(EPERM) | nobody declares such a socket',
      `connect | allow | ${who}`,
      `bind | allow | ${who}`,
      'listen | errno(EPERM) | nobody declares a listener',
    ])
  })

  it('are none where nobody declares any', async () => {
    const result = await run('output.console: {}')
    const refused = 'EPERM'
    const everything = { inside: refused, outside: refused, unix: refused, listens: refused }
    expect(eventsOf(result)[0]?.tried).to.deep.equal({ ...everything, udp: refused })
    expect(await shown('socket', 'connect', 'bind', 'listen')).to.deep.equal([
      'socket | errno(EPERM) | nobody declares such a socket',
      'connect | errno(EPERM) | nobody declares a connection',
      'bind | errno(EPERM) | nobody declares a socket',
      'listen | errno(EPERM) | nobody declares a listener',
    ])
  })

  it('without filter and domain are all: the control', async () => {
    const result = await run(
      'output.console: {}',
      'seccomp.enabled: false',
      'landlock.enabled: false',
    )
    const done = 'done'
    const everything = { inside: done, outside: done, unix: done, listens: done, udp: done }
    expect(eventsOf(result)[0]?.tried).to.deep.equal(everything)
  })
})
