import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text as bodyOf } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { Workplace } from '../cli/workplace.ts'
import { compiledName, EXAMPLES, writeExamples } from './examples.ts'

/** Settings with which an example runs on any machine and publishes at once. */
const SETTINGS: Readonly<Record<string, string>> = {
  'size.js': 'path: beat.yml, period: 10ms',
  'heartbeat.js': 'period: 10ms',
  'follow.js': 'path: long-lines.txt',
  'ship.js': '',
}

/** A server that listens only once it is told to; then it returns the first body that it receives. */
async function receiving() {
  const server = createServer().unref()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = Object(server.address())
  await promisify(server.close.bind(server))()
  async function listen(): Promise<string> {
    const requests = once(server, 'request')
    await once(server.listen(port, '127.0.0.1'), 'listening')
    const [request, response] = await requests
    server.on('request', (_, later) => later.end())
    const body = await bodyOf(request)
    response.end()
    return body
  }
  return { url: `http://127.0.0.1:${port}/`, listen }
}

describe('TypeScript in the documentation', function () {
  this.timeout(60_000)
  let place: Workplace
  before(() => {
    place = new Workplace()
    writeExamples(place)
    // Longer than what one read takes.
    place.write({ 'long-lines.txt': `${'long '.repeat(10_000)}\nshort\n` })
  })
  after(() => place.remove())

  const beats = EXAMPLES.filter(({ text }) => text.includes('export default defineBeat'))

  for (const example of EXAMPLES) {
    const name = compiledName(example)
    if (example.text.includes('export default defineOutput')) {
      it(`${example.place}: ${name} is an output that waits for its server, under the filter`, async () => {
        const server = await receiving()
        const output = `output.main: { type: ./${name}, backoff.init: 10ms, url: "${server.url}" }`
        place.write({ 'beat.yml': `beats: [{ type: ./heartbeat.js, period: 10ms }]\n${output}\n` })
        const agent = place.start('run')
        await agent.logged('Output failed')
        expect(await server.listen()).to.match(/^({.*"message":"alive".*}\n)+$/)
        agent.child.kill('SIGTERM')
        expect((await agent.ended()).code).to.equal(0)
      })
    } else if (example.text.includes('export default defineProcessor')) {
      it(`${example.place}: ${name} is a processor, under the filter`, async () => {
        const processors = `processors: [{ mine: { type: ./${name}, fields: [host.name] } }]`
        const text = `beats: [{ type: ./heartbeat.js }]\noutput.console: {}\n${processors}\n`
        place.write({ 'beat.yml': text })
        const agent = place.start('run')
        await agent.printed('"host":{"name":"***"}')
        agent.child.kill('SIGTERM')
        expect((await agent.ended()).code).to.equal(0)
      })
    } else if (beats.includes(example)) {
      it(`${example.place}: ${name} runs in an agent, under the filter`, async () => {
        const beat = `{ type: ./${name}, ${SETTINGS[name] ?? ''} }`
        place.write({ 'beat.yml': `beats: [${beat}]\noutput.console: {}\n` })
        const agent = place.start('run')
        await agent.logged('Beat started')
        if (name in SETTINGS) await agent.printed('"event":')
        agent.child.kill('SIGTERM')
        const { code, log } = await agent.ended()
        expect(log.filter(line => /error|fatal/.test(String(line['log.level'])))).to.deep.equal([])
        expect(code).to.equal(0)
      })
    } else {
      it(`${example.place}: ${name} runs to its end`, () => {
        const { status, stderr } = spawnSync(process.execPath, [name], {
          cwd: place.folder,
          encoding: 'utf8',
        })
        expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
      })
    }
  }

  it('shows an output of fewer than 40 lines', () => {
    const example = EXAMPLES.find(({ note }) => note === 'http-output.ts')
    expect(example?.text.trimEnd().split('\n').length).to.be.below(40)
  })

  it('shows a beat of fewer than 20 lines first', () => {
    const [first] = EXAMPLES
    expect(first?.place).to.match(/^README\.md/)
    expect(first?.text.trimEnd().split('\n').length).to.be.below(20)
  })
})
