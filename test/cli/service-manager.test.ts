import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { ROOT } from '../docs/page.ts'
import { needsLinux, skip } from '../live.ts'
import { beatSource, type Running, Workplace } from './workplace.ts'

type Message = Readonly<Record<string, string>>

/** Stands in for systemd: a socket whose messages are kept. */
class Manager {
  readonly messages: Message[] = []
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    this.#child = child
  }

  async listen(): Promise<void> {
    if (!this.#child.stdout) throw new TypeError('no output')
    const lines = createInterface({ input: this.#child.stdout })
    await Promise.race([once(lines, 'line'), once(this.#child, 'error')])
    lines.on('line', line => this.messages.push(JSON.parse(line)))
  }

  async heard(name: string, count = 1): Promise<Message> {
    for (let tries = 0; tries < 200; tries++) {
      const found = this.messages.filter(message => message[name] !== undefined)
      const last = found[count - 1]
      if (last) return last
      await pause(50)
    }
    throw new Error(`no ${name} among ${JSON.stringify(this.messages)}`)
  }

  end(): void {
    this.#child.kill()
  }
}

const BEAT = `
  await context.publish({ message: String(process.env.NOTIFY_SOCKET) })
  await sleep(3000, undefined, { signal: context.signal }).catch(() => {})
`
const IMPORT = `import { once } from 'node:events'`
/** Blocks the event loop after a while. */
const BLOCKING = `
  await context.publish({ message: 'blocking' })
  await sleep(700)
  const until = Date.now() + 1500
  while (Date.now() < until);
`

describe('sealbeat run as a service', function () {
  this.timeout(30_000)
  const place = new Workplace({
    'beat.yml': 'beats: [{ type: ./calm.js }]\noutput.console: {}\n',
    'reloading.yml': 'beats: [{ type: ./calm.js }]\noutput.console: {}\n',
    'slow.yml': 'beats: [{ type: ./slow.js }]\noutput.console: {}\n',
    'blocking.yml': 'beats: [{ type: ./blocking.js }]\noutput.console: {}\n',
    'slow.js': beatSource('await once(context.signal, "abort"); await sleep(1000)', '', IMPORT),
    'calm.js': beatSource(BEAT),
    'blocking.js': beatSource(BLOCKING),
  })
  const managers: Manager[] = []

  before(function () {
    needsLinux.call(this)
  })
  after(() => {
    for (const manager of managers) manager.end()
    place.remove()
  })

  async function serve(
    context: Mocha.Context,
    address: string,
    env: Readonly<Record<string, string>>,
    config = 'beat.yml',
  ): Promise<{ readonly manager: Manager; readonly agent: Running }> {
    const child = spawn('python3', [join(ROOT, 'test/cli/receiver.py'), address])
    child.on('error', () => skip(context, 'no python3'))
    const manager = new Manager(child)
    managers.push(manager)
    await manager.listen()
    const variables = Object.entries({ NOTIFY_SOCKET: address, ...env })
    const through = ['env', ...variables.map(([name, value]) => `${name}=${value}`)]
    return { manager, agent: place.startThrough(through, 'run', '-c', config) }
  }

  it('is ready once every thread is under the filter, says how it goes, and stops', async function () {
    const { manager, agent } = await serve(this, place.path('notify'), {})
    const ready = await manager.heard('READY')
    expect(ready).to.deep.include({ pid: agent.pid, modes: ['2'], READY: '1' })
    expect(ready['STATUS']).to.match(
      /^sandboxed \(\d+ instructions, \d+ threads\); 0 events waiting/,
    )
    await agent.printed('undefined') // programs that a beat starts don't get the variable
    agent.child.kill('SIGTERM')
    const stopping = await manager.heard('STOPPING')
    expect(Number(stopping['EXTEND_TIMEOUT_USEC'])).to.be.above(5_000_000)
    expect((await agent.ended()).code).to.equal(0)
    expect(manager.messages.some(message => 'WATCHDOG' in message)).to.equal(false)
  })

  it('pets the watchdog, at an abstract address, twice in its time', async function () {
    const { manager, agent } = await serve(this, `@sealbeat-test-${process.pid}`, {
      WATCHDOG_USEC: '400000',
    })
    await manager.heard('WATCHDOG', 4)
    agent.child.kill('SIGTERM')
    expect((await agent.ended()).code).to.equal(0)
  })

  it('does not pet it while a beat blocks the event loop', async function () {
    const { manager, agent } = await serve(
      this,
      place.path('blocked'),
      { WATCHDOG_USEC: '200000' },
      'blocking.yml',
    )
    await agent.printed('blocking')
    await manager.heard('WATCHDOG', 3)
    await pause(800)
    const before = manager.messages.length
    await pause(600)
    expect(manager.messages.length, 'messages while it is blocked').to.equal(before)
    await agent.ended()
  })

  it('says that it stops when it is told to, not once its beats have', async function () {
    const { manager, agent } = await serve(this, place.path('slow'), {}, 'slow.yml')
    await agent.logged('Beat started')
    agent.child.kill('SIGTERM')
    await manager.heard('STOPPING')
    const since = performance.now()
    await agent.ended()
    expect(performance.now() - since).to.be.above(500)
  })

  it('reloads, and is ready again whether it was refused or not', async function () {
    const { manager, agent } = await serve(this, place.path('reloading'), {}, 'reloading.yml')
    await manager.heard('READY')
    await agent.logged('Beat started')
    const before = process.hrtime.bigint() / 1000n
    agent.child.kill('SIGHUP')
    const good = await manager.heard('READY', 2)
    place.write({
      'reloading.yml': 'beats: [{ type: ./calm.js, perod: 1s }]\noutput.console: {}\n',
    })
    agent.child.kill('SIGHUP')
    const refused = await manager.heard('READY', 3)
    agent.child.kill('SIGTERM')
    expect((await agent.ended()).code).to.equal(0)
    const after = process.hrtime.bigint() / 1000n

    const course = manager.messages.flatMap(message =>
      ['READY', 'RELOADING', 'STOPPING'].filter(name => name in message),
    )
    expect(course).to.deep.equal(['READY', 'RELOADING', 'READY', 'RELOADING', 'READY', 'STOPPING'])
    const times = manager.messages.flatMap(({ MONOTONIC_USEC: at }) => (at ? [BigInt(at)] : []))
    expect(times).to.have.length(2)
    expect([before, ...times, after]).to.deep.equal([before, ...times, after].sort())
    expect(good['STATUS']).to.match(/^sandboxed .* delivered$/)
    expect(refused['STATUS']).to.match(
      /^sandboxed .* delivered; reload refused: the configuration is wrong$/,
    )
  })

  it('leaves a watchdog alone that is another process’s', async function () {
    const { manager, agent } = await serve(this, place.path('other'), {
      WATCHDOG_USEC: '100000',
      WATCHDOG_PID: '1',
    })
    await manager.heard('READY')
    await pause(500)
    agent.child.kill('SIGTERM')
    await agent.ended()
    expect(manager.messages.some(message => 'WATCHDOG' in message)).to.equal(false)
  })

  it('goes on, saying so, where nobody listens', async () => {
    for (const address of ['/nowhere/notify', 'odd']) {
      const agent = place.startThrough(['env', `NOTIFY_SOCKET=${address}`], 'run')
      await agent.logged('Running')
      agent.child.kill('SIGTERM')
      const { code, log } = await agent.ended()
      const told = log.map(({ message }) => message).join('\n')
      expect(told).to.match(/The service manager is not told: .*(ENOENT|neither a path)/)
      expect(code).to.equal(0)
    }
  })
})
