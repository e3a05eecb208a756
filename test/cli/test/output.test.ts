import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { needsLinux, skip } from '../../live.ts'
import { FaultyServers } from '../../outputs/connection/faulty-servers.ts'
import { beatSource, type Result, Workplace } from '../workplace.ts'

/** An output of one's own whose test does what `body` says. */
function own(body: string, more = ''): string {
  return `import { defineOutput } from 'sealbeat'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
export default defineOutput({
  name: 'own',
  schema: { token: { doc: 'A word.', format: String, default: '', sensitive: true } },
  ${more}
  ${body === '' ? '' : `async *test({ settings, log }, signal) { ${body} },`}
  async open() { throw new Error('opened') },
})
`
}

describe('sealbeat test output', function () {
  this.timeout(60_000)
  let place: Workplace
  const servers = new FaultyServers()
  beforeEach(() => {
    place = new Workplace({
      'probe.js': beatSource('throw new Error("never to be run")'),
    })
  })
  afterEach(async () => {
    place.remove()
    await servers.close()
  })

  function test(output: string, ...args: readonly string[]): Promise<Result> {
    place.write({ 'beat.yml': `beats: [{ type: ./probe.js }]\noutput.${output}\n` })
    return place.run('test', 'output', ...args)
  }

  /** What a test of one's own finds. */
  async function find(body: string, more = ''): Promise<Result> {
    place.write({ 'own.js': own(body, more) })
    return test('mine: { type: ./own.js }')
  }

  it('says where there is nothing to test', async () => {
    const { code, stdout, stderr } = await test('console: {}')
    expect({ code, stdout, stderr }).to.deep.equal({
      ...{ code: 0, stderr: '' },
      stdout: 'standard output  test          there is nothing to test\n',
    })
  })

  it('says of an output of one’s own that it has no test', async () => {
    const { code, stdout } = await find('')
    expect([code, stdout]).to.deep.equal([0, 'the output mine has no test: nothing was tried\n'])
    const json = await place.run('test', 'output', '--json')
    expect(JSON.parse(json.stdout)).to.deep.include({ ok: true, type: 'own', steps: [] })
  })

  it('writes to the folder of output.file, and leaves nothing there', async () => {
    mkdirSync(place.path('events'))
    const { code, stdout } = await test(`file: { path: ${place.path('events')} }`)
    expect([code, stdout]).to.deep.equal([
      0,
      `${place.path('events')}  write         a file was written, and removed again\n`,
    ])
    expect(readdirSync(place.path('events'))).to.deep.equal([])
    // Below path.data, which no start has created yet.
    const relative = await test('file: { path: events }')
    expect(relative.stdout).to.match(
      /data\/events +write +to be created in .* at the first start$/m,
    )
    expect(existsSync(place.path('data'))).to.equal(false)
  })

  it('says that a folder can not be written', async function () {
    if (process.geteuid?.() === 0) return skip(this, 'root may write it')
    mkdirSync(place.path('events'))
    chmodSync(place.path('events'), 0o500)
    const { code, stdout } = await test(`file: { path: ${place.path('events')} }`)
    expect(code).to.equal(1)
    expect(stdout).to.match(/write +failed: no file can be written: .*; check the owner/)
  })

  it('says that a folder is a file', async () => {
    place.write({ events: '' })
    const { code, stdout } = await test(`file: { path: ${place.path('events')} }`)
    expect(code).to.equal(1)
    expect(stdout).to.match(/write +failed: no file can be written: .*; check the owner/)
  })

  it('goes on after a step that has failed, prints in columns, and exits with 1', async () => {
    const { code, stdout } = await find(`
      yield { peer: 'a:1', step: 'connect', found: 'no\\nway', hint: 'try \\u001b[31mb' }
      yield { peer: 'longer:1', step: 'connect', found: 'there' }
    `)
    expect([code, stdout]).to.deep.equal([
      1,
      'a:1  connect       failed: no way; try  [31mb\nlonger:1  connect       there\n',
    ])
    const { ok, output, type, steps } = JSON.parse(
      (await place.run('test', 'output', '--json')).stdout,
    )
    expect({ ok, output, type }).to.deep.equal({ ok: false, output: 'mine', type: 'own' })
    expect(steps.map(({ ok }: { ok: boolean }) => ok)).to.deep.equal([false, true])
    expect(steps[1]).to.deep.equal({ peer: 'longer:1', step: 'connect', found: 'there', ok: true })
  })

  it('prints a step as soon as it is done', async () => {
    place.write({
      'own.js': own(
        "yield { peer: 'a', step: 'one', found: 'done' }; await new Promise(() => undefined)",
      ),
      'beat.yml': 'beats: [{ type: ./probe.js }]\noutput.mine: { type: ./own.js }\n',
    })
    const running = place.start('test', 'output')
    await running.printed('one')
    expect(running.child.exitCode).to.equal(null)
  })

  it('ends although something is left behind, or process.exit is called', async () => {
    const left = await find("setInterval(() => 1, 1e6); yield { peer: 'a', step: 'b', found: 'c' }")
    expect(left.code).to.equal(0)
    const ended = await find('process.exit(0)')
    expect(ended.code).to.equal(1)
    expect(ended.stderr).to.contain('is not for a plugin to call')
  })

  it('shows no credential, whatever is found or thrown', async () => {
    place.write({ 'credentials/token': 'hidden-word' })
    place.write({ 'own.js': own("yield { peer: 'a', step: 'b', found: settings.token }") })
    const token = ['$', '{credential:token}'].join('')
    const config = `beats: [{ type: ./probe.js }]\noutput.mine: { type: ./own.js, token: "${token}" }`
    place.write({ 'beat.yml': `${config}\n` })
    const through = ['env', `CREDENTIALS_DIRECTORY=${place.path('credentials')}`]
    const found = await place.startThrough(through, 'test', 'output').ended()
    expect(found.stdout).to.match(/\[redacted\]/)
    place.write({ 'own.js': own('throw new Error(settings.token)') })
    const thrown = await place.startThrough(through, 'test', 'output').ended()
    expect(thrown.code).to.equal(1)
    expect(`${found.stdout}${thrown.stderr}`).not.to.contain('hidden-word')
    const without = await place.run('test', 'output')
    expect(without.code).to.equal(78)
    expect(without.stderr).to.match(/no credential "token"/)
  })

  it('ends with 78 if the configuration is wrong', async () => {
    expect((await test('elasticsearch: { hosts: [] }')).code).to.equal(78)
  })

  describe('is confined as the agent would be', () => {
    before(needsLinux)

    it('by the filter, on every thread, and can not be traced', async () => {
      const { code, stdout } = await find(`
        const status = readFileSync('/proc/thread-self/status', 'utf8')
        const [, seccomp] = /Seccomp:\\s+(\\d)/.exec(status)
        yield { peer: 'own', step: 'seccomp', found: seccomp }
        const { execFileSync } = await import('node:child_process')
        let said = 'started'
        try { execFileSync('/bin/true') } catch (error) { said = error.code }
        yield { peer: 'own', step: 'spawn', found: said }
        try { readFileSync('/proc/self/environ'); said = 'read' } catch (error) { said = error.code }
        yield { peer: 'own', step: 'environ', found: said }
      `)
      expect(code).to.equal(0)
      expect(stdout)
        .to.match(/seccomp +2$/m)
        .and.to.match(/spawn +E(PERM|ACCES)$/m)
      if (process.geteuid?.() !== 0) expect(stdout).to.match(/environ +EACCES$/m)
    })

    it('by a domain with the ports and folders that this output declares', async function () {
      const support = landlockSupport()
      if (!support.available) return skip(this, 'no Landlock here')
      const [declared, other] = [await servers.plain(), await servers.plain()]
      // What a beat declares is not for the output.
      place.write({
        'probe.js': beatSource('', `privileges: () => [{ writes: '/var/tmp', why: 'x' }],`),
      })
      const { stdout } = await find(
        `for (const port of [${declared}, ${other}]) {
          const socket = connect(port, '127.0.0.1')
          const said = await once(socket, 'connect').then(() => 'open', error => error.code)
          socket.destroy()
          yield { peer: String(port), step: 'connect', found: said }
        }
        for (const path of ['${place.path('x')}', '/var/tmp/sealbeat-x']) {
          let said = 'written'
          try { writeFileSync(path, '') } catch (error) { said = error.code }
          yield { peer: path, step: 'write', found: said }
        }`,
        `privileges: () => [{ connects: ${declared}, why: 'sends' }],`,
      )
      expect(stdout).to.match(/^\d+ +connect +open$/m)
      expect(stdout).to.match(/x +write +EACCES\n.* +write +EACCES$/m)
      if (support.abi >= 4) expect(stdout).to.match(new RegExp(`^${other} +connect +EACCES$`, 'm'))
    })

    it('by its user', async function () {
      if (process.geteuid?.() !== 0) return skip(this, 'only root becomes another user')
      place.write({
        'own.js': own("yield { peer: 'a', step: 'user', found: String(process.getuid()) }"),
      })
      const { code, stdout } = await test('mine: { type: ./own.js }', '-E', 'user=nobody')
      expect(code).to.equal(0)
      expect(stdout).to.match(/user +[1-9]\d+$/m)
    })

    it('or tests nothing, where a part that is required can not be had', async () => {
      place.write({ 'own.js': own("yield { peer: 'a', step: 'b', found: 'c' }") })
      const names = '[{ action: allow, names: [no_such_call] }]'
      const policy = `seccomp={ required: true, default_action: errno, syscalls: ${names} }`
      const { code, stdout, stderr } = await test('mine: { type: ./own.js }', '-E', policy)
      expect([code, stdout]).to.deep.equal([77, ''])
      expect(stderr).to.match(/no_such_call.*required: nothing is tested without it/)
    })

    it('and says what could not be had', async () => {
      place.write({ 'own.js': own("yield { peer: 'a', step: 'b', found: 'c' }") })
      const names = '[{ action: allow, names: [no_such_call] }]'
      const policy = `seccomp={ default_action: errno, syscalls: ${names} }`
      const { code, stderr } = await test('mine: { type: ./own.js }', '-E', policy)
      expect(code).to.equal(0)
      expect(stderr).to.match(
        /^warning: sandbox: Syscall filter could not be installed: .*no_such/m,
      )
    })
  })
})
