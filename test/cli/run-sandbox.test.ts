import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { skip } from '../live.ts'
import { beatSource, eventsOf, messagesOf, Workplace } from './workplace.ts'

const CONFIG = `
beats:
- type: ./probe.js
  id: one
output.console: {}
`

describe('sealbeat run: the sandbox', () => {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'beat.yml': CONFIG })
  })
  afterEach(() => place.remove())

  /** Publishes what a beat finds in its /proc/self: the state of the threads and the descriptors. */
  const LOOK = `const tasks = readdirSync('/proc/self/task').map(tid => readFileSync(\`/proc/self/task/\${tid}/status\`, 'utf8'))
  const found = key => [...new Set(tasks.map(text => new RegExp(key + ':\\\\t(\\\\d)').exec(text)[1]))]
  const links = readdirSync('/proc/self/fd').map(fd => { try { return readlinkSync('/proc/self/fd/' + fd) } catch { return '' } })
  await context.publish({ seccomp: found('Seccomp'), nnp: found('NoNewPrivs'), rings: links.filter(link => link.includes('io_uring')) })`
  const IMPORTS = `import { readdirSync, readFileSync, readlinkSync } from 'node:fs'`
  const ownSeccomp = () => readFileSync('/proc/self/status', 'utf8').match(/Seccomp:\t(\d)/)?.[1]
  const own = () => readFileSync('/proc/self/status', 'utf8').match(/NoNewPrivs:\t(\d)/)?.[1]

  it('is over every thread, and no io_uring is open behind it', async function () {
    if (process.platform !== 'linux') return skip(this, 'not Linux')
    place.write({ 'probe.js': beatSource(LOOK, '', IMPORTS) })
    const [event] = eventsOf(await place.run('run'))
    expect(event).to.deep.include({ seccomp: ['2'], nnp: ['1'], rings: [] })
  })

  const SWITCHES: readonly (readonly [where: string, file: string, args: readonly string[]])[] = [
    ['on the command line', CONFIG, ['-E', 'seccomp.enabled=false']],
    ['in the file', `${CONFIG}seccomp.enabled: false\n`, []],
    ['in the file, escaped', `${CONFIG}"\\u0073eccomp": { "e\\u006eabled": false }\n`, []],
    ['by a variable', `${CONFIG}seccomp.enabled: \${NOT_SET_ANYWHERE:false}\n`, []],
  ]
  for (const [where, file, args] of SWITCHES) {
    it(`is not there when it is switched off ${where} (S7), and the rest is`, async function () {
      if (process.platform !== 'linux') return skip(this, 'not Linux')
      place.write({ 'beat.yml': file, 'probe.js': beatSource(LOOK, '', IMPORTS) })
      const result = await place.run('run', ...args)
      expect(eventsOf(result)[0].seccomp).to.deep.equal([ownSeccomp()])
      expect(messagesOf(result)).to.include('Capabilities dropped')
    })

    it(`and all else that is switched off leave the process as it was: ${where}`, async function () {
      if (process.platform !== 'linux') return skip(this, 'not Linux')
      place.write({ 'beat.yml': file, 'probe.js': beatSource(LOOK, '', IMPORTS) })
      const rest = ['-E', 'landlock.enabled=false', '-E', 'capabilities=keep']
      const result = await place.run('run', ...args, ...rest)
      expect(result.code, result.stderr).to.equal(0)
      expect(eventsOf(result)[0].nnp).to.deep.equal([own()])
    })
  }

  for (const metrics of ['true', 'false']) {
    it(`may deny the agent to measure itself, logging.metrics.enabled: ${metrics}`, async function () {
      if (process.platform !== 'linux') return skip(this, 'not Linux')
      place.write({
        'beat.yml': `${CONFIG}logging.metrics: { enabled: ${metrics}, period: 1s }
seccomp: { default_action: allow, syscalls: [{ action: errno, names: [getrusage] }] }
`,
        'probe.js': beatSource('await sleep(1200); await context.publish({ done: true })'),
      })
      const result = await place.run('run')
      expect(result.code, result.stderr).to.equal(0)
      expect(messagesOf(result)).to.include('Syscall filter successfully installed')
      const lines = result.log.filter(line => line.message.startsWith('Non-zero metrics'))
      const measured = lines.map(line => Object.keys(Object(line['monitoring']).metrics.beat))
      expect(measured).to.deep.equal(metrics === 'true' ? [['uptime_ms', 'rss_bytes']] : [])
    })
  }

  const UNKNOWN = '{ default_action: errno, syscalls: [{ action: allow, names: [no_such_call] }] }'

  it('that can not be had is one error, and the agent goes on without (S10)', async () => {
    place.write({ 'probe.js': beatSource('await context.publish({ done: true })') })
    const result = await place.run('run', '-E', `seccomp=${UNKNOWN}`)
    expect(result.code).to.equal(0)
    expect(eventsOf(result)).to.have.length(1)
    const errors = result.log.filter(line => line['log.level'] === 'error')
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'Syscall filter could not be installed',
    ])
  })

  it('that is required, and can not be had, ends it with 77 before any beat runs', async () => {
    place.write({ 'probe.js': beatSource('', 'async close() { console.error("closed") },') })
    const result = await place.run('run', '-E', `seccomp=${UNKNOWN}`, '-E', 'seccomp.required=true')
    expect(result.code).to.equal(77)
    const fatal = result.log.filter(line => line['log.level'] === 'fatal')
    expect(fatal).to.have.length(1)
    expect(fatal[0]?.message).to.match(/seccomp\.required/)
    expect(result.stderr).to.contain('closed').and.not.to.contain('Exiting: ')
    expect(messagesOf(result)).not.to.include('Beat started')
  })
})
