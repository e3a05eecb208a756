import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Logger } from 'pino'
import type { LoggingSettings } from '../../lib/config/config.ts'
import { AgentError } from '../../lib/errors.ts'
import { createLogger } from '../../lib/log/logger.ts'
import { contentsOf, smallDisk, temporaryFolder } from '../outputs/folder.ts'

const PROGRAM = fileURLToPath(new URL('./logger-program.js', import.meta.url))

const TO_FILES = { to_stderr: false, format: 'auto', to_files: true } as const
const FILES = { name: 'log', rotateeverybytes: 1 << 20, keepfiles: 2, permissions: 0o600 }

describe('log', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  function logger(
    files: Partial<LoggingSettings['files']> = {},
    level: LoggingSettings['level'] = 'info',
  ) {
    const settings = { level, ...TO_FILES, files: { ...FILES, ...files } }
    return createLogger(settings, { paths: { logs: folder.path }, name: 'web' })
  }

  /** The lines that the calls write to the log file, parsed. */
  async function logged(
    calls: (log: Logger) => void,
    level?: LoggingSettings['level'],
  ): Promise<Record<string, unknown>[]> {
    const { log, close } = logger({}, level)
    calls(log)
    await close()
    const lines = readFileSync(join(folder.path, 'log.ndjson'), 'utf8').split('\n')
    expect(lines.pop()).to.equal('')
    return lines.map(line => JSON.parse(line))
  }

  it('has ECS names, the level and the time first', async () => {
    const { log, close } = logger()
    log.info({ answer: 42 }, 'hello')
    await close()
    expect(readFileSync(join(folder.path, 'log.ndjson'), 'utf8')).to.match(
      /^\{"log.level":"info","@timestamp":"\d{4}-\d\d-\d\dT[\d:.]+Z","service.name":"web","answer":42,"message":"hello"\}\n$/,
    )
  })

  it('knows the levels by the names that beat.yml has', async () => {
    const all = (log: Logger) => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level)
    }
    const lines = await logged(all, 'warning')
    expect(lines.map(line => line['log.level'])).to.deep.equal(['warn', 'error'])
  })

  describe('errors', () => {
    const inner = new Error('inner')
    const outer = new AgentError('OPEN_FAILED', 'outer', { cause: inner })
    const ways: readonly [string, (log: Logger) => void][] = [
      ['as err', log => log.error({ err: outer, names: ['a'] }, 'It failed')],
      ['as error', log => log.error({ error: outer, names: ['a'] }, 'It failed')],
      ['of a child', log => log.child({ names: ['a'] }).error({ err: outer }, 'It failed')],
    ]
    for (const [what, call] of ways) {
      it(`${what} are code, message and stack trace`, async () => {
        const [line] = await logged(call)
        expect(line).to.include({
          'error.code': 'OPEN_FAILED',
          'error.message': 'outer: inner',
          message: 'It failed',
        })
        expect(line?.['error.stack_trace']).to.match(
          /AgentError: outer\n.*caused by: Error: inner\n/s,
        )
        expect(line).to.deep.include({ names: ['a'] })
        expect(line).to.have.not.any.keys('err', 'error')
      })
    }

    it('may be anything that was thrown, or a field that is no error', async () => {
      const lines = await logged(log => {
        log.error(outer)
        log.error({ err: 'text' }, 'm')
        log.error({ error: { code: 'X' } }, 'm')
        log.error({ err: Object.assign(new Error('no'), { code: 5 }) }, 'm')
        log.error({ err: Object.assign(new Error('no'), { code: undefined }) }, 'm')
        log.error({ err: Object.create(null) }, 'm')
        const throws = { get: () => expect.fail(), enumerable: true }
        log.error({ err: Object.defineProperty(new Error('no'), 'x', throws) }, 'm')
      })
      expect(lines[0]).to.include({ message: 'outer', 'error.code': 'OPEN_FAILED' })
      expect(lines[1]).to.include({ message: 'm', 'error.message': 'text' })
      expect(lines[2]).to.deep.include({ error: { code: 'X' } })
      expect(lines[3]).to.include({ 'error.code': '5' })
      expect(lines[4]).not.to.have.property('error.code')
      expect(lines[5]).to.include({ 'error.message': 'what was thrown has no message' })
      expect(lines[6]).to.include({ message: 'm', 'error.message': 'no' })
    })

    it('may say themselves what to do, unless the line or the sandbox does', async () => {
      const helpful = Object.assign(new Error('in words', { cause: inner }), { hint: 'own' })
      const [own, ofLine] = await logged(log => {
        log.error({ err: helpful }, 'm')
        log.error({ err: helpful, hint: 'of the line' }, 'm')
      })
      expect(own).to.include({ hint: 'own', 'error.message': 'in words' })
      expect(ofLine).to.include({ hint: 'of the line' })
      const { log, explain, close } = logger()
      explain(() => 'of the sandbox')
      log.error({ err: helpful }, 'm')
      await close()
      expect(contentsOf(folder.path)['log.ndjson']).to.contain('"hint":"of the sandbox"')
    })
  })

  describe('secrets', () => {
    const ways: readonly [string, (log: Logger) => void][] = [
      ['a field', log => log.info({ password: 'hunter2' })],
      ['a field far inside', log => log.info({ a: [{ b: { 'output.api_key': 'hunter2' } }] })],
      [
        'all that is under it',
        log => log.info({ token: { value: ['hunter2', { x: 'hunter2' }] } }),
      ],
      [
        'a field in another case',
        log => log.info({ clientSecret: 'hunter2', accessToken: 'hunter2' }),
      ],
      ['a field of a child', log => log.child({ secret: 'hunter2' }).info('m')],
      [
        "an error's own field",
        log => log.child({ err: Object.assign(new Error(), { apiKey: 'hunter2' }) }).info(''),
      ],
      [
        'what an object makes of itself',
        log => log.info({ a: { toJSON: () => ({ passphrase: 'hunter2' }) } }),
      ],
      ['a URL in a message', log => log.info('GET https://me:hunter2@host/')],
      ['a URL in an error', log => log.error(new Error('GET https://:hunter2@host/ failed'))],
    ]
    for (const [what, call] of ways) {
      it(`are taken out of ${what}`, async () => {
        await logged(call)
        const written = readFileSync(join(folder.path, 'log.ndjson'), 'utf8')
        expect(written).to.include('[redacted]').and.not.to.include('hunter2')
      })
    }

    it('are taken out of any text where they are known by their value', async () => {
      const settings = { level: 'info', ...TO_FILES, files: FILES } as const
      const secrets = ['say "hi"\n', '5066']
      const { log, close } = createLogger(settings, {
        ...{ paths: { logs: folder.path }, name: 'web', secrets },
      })
      log.info({ port: 5066, list: ['x5066x'] }, 'it was say "hi"\n')
      await close()
      const line = JSON.parse(readFileSync(join(folder.path, 'log.ndjson'), 'utf8'))
      expect(line).to.deep.include({ port: 5066, list: ['x[redacted]x'] })
      expect(line.message).to.equal('it was [redacted]')
    })

    it('may become known later, beside those that were', async () => {
      const settings = { level: 'info', ...TO_FILES, files: FILES } as const
      const { log, hide, close } = createLogger(settings, {
        ...{ paths: { logs: folder.path }, name: 'web', secrets: ['first one'] },
      })
      hide(['second one'])
      log.info('first one, second one')
      await close()
      const [line = ''] = readFileSync(join(folder.path, 'log.ndjson'), 'utf8').split('\n')
      expect(JSON.parse(line).message).to.equal('[redacted], [redacted]')
    })

    it('are not seen where there are none', async () => {
      const fields = {
        tokens: 5,
        passwords_seen: 2,
        mail: 'a@b',
        url: 'http://host:80/@x',
        secretary: 'ok',
      }
      expect((await logged(log => log.info(fields)))[0]).to.include(fields)
    })
  })

  it('changes its level and name for every logger that stems from it', async () => {
    const { log, change, close } = logger()
    const child = log.child({ a: 1 })
    const grandchild = child.child({ b: 2 }, {})
    change({ level: 'debug', name: 'db' })
    grandchild.debug('1')
    log.debug('2')
    change({ level: 'error', name: 'db' })
    for (const each of [log, child, grandchild, child.child({})]) each.warn('3')
    await close()
    const lines = readFileSync(join(folder.path, 'log.ndjson'), 'utf8').trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).message)).to.deep.equal(['1', '2'])
    expect(JSON.parse(lines[0] ?? '')).to.include({ 'service.name': 'db', a: 1, b: 2 })
  })

  it('goes on in a new file where the old one was moved away, and counts its size anew', async () => {
    const { log, reopen, close } = logger({ rotateeverybytes: 400 })
    for (let i = 0; i < 3; i++) log.info({ i }, 'line')
    renameSync(join(folder.path, 'log.ndjson'), join(folder.path, 'moved'))
    reopen()
    for (let i = 3; i < 6; i++) log.info({ i }, 'line')
    await close()
    const files = contentsOf(folder.path)
    expect(Object.keys(files)).to.deep.equal(['log.ndjson', 'moved'])
    expect(files['log.ndjson']?.split('\n')).to.have.length(4)
  })

  it('rotates its files by size and keeps so many, each with its mode', async () => {
    const { log, close } = logger({ rotateeverybytes: 400, keepfiles: 2, permissions: 0o640 })
    for (let i = 0; i < 30; i++) log.info({ i }, 'line')
    await close()
    const files = contentsOf(folder.path)
    expect(Object.keys(files)).to.deep.equal(['log.ndjson', 'log.ndjson.1', 'log.ndjson.2'])
    const kept = ['log.ndjson.2', 'log.ndjson.1', 'log.ndjson'].map(name => files[name]).join('')
    const numbers = kept
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).i)
    expect(numbers).to.deep.equal([...Array(30).keys()].slice(-numbers.length))
    for (const [name, content] of Object.entries(files)) {
      expect(content.length).to.be.at.most(400)
      expect(statSync(join(folder.path, name)).mode & 0o777).to.equal(0o640)
    }
  })

  it('says which file can not be opened', () => {
    writeFileSync(join(folder.path, 'file'), '')
    expect(() => logger({ name: 'file/log' }))
      .to.throw(AgentError, /^log file .*file\/log\.ndjson: /)
      .with.property('code', 'OPEN_FAILED')
  })

  async function run(script: string, ...args: (string | number)[]) {
    const argv = ['-c', script, 'sh', process.execPath, PROGRAM, ...args.map(String)]
    const child = spawn('sh', argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    return { out, lines: err.split('\n').filter(line => line.startsWith('{')).length }
  }

  for (const way of ['crash', 'exit']) {
    it(`has every line out when the process ends by ${way}`, async () => {
      const { lines } = await run('ulimit -c 0; "$@"', folder.path, 2000, way)
      expect(lines).to.equal(2000)
      expect(contentsOf(folder.path)['log.ndjson']?.split('\n')).to.have.length(2001)
    })
  }

  for (const [what, script] of [
    ['the disk behind standard error is full', '"$@" 2>/dev/full'],
    ['nobody reads standard error', '{ "$@" 2>&1 >&3 | true; } 3>&1'],
    ['standard error is closed', '"$@" 2>&-'],
  ] as const) {
    it(`does not end the agent when ${what}`, async () => {
      const { out } = await run(script, folder.path, 2000)
      expect(out).to.equal('ended')
      expect(contentsOf(folder.path)['log.ndjson']?.split('\n')).to.have.length(2001)
    })
  }

  it('outlives a full disk, and writes on when there is room', async function () {
    const disk = smallDisk('64k')
    if (disk === undefined) {
      console.log('      skipped: mounting a small disk needs root')
      return this.skip()
    }
    try {
      const settings = { level: 'info', ...TO_FILES, files: FILES } as const
      const { log, close } = createLogger(settings, { paths: { logs: disk.path }, name: 'web' })
      const ballast = join(disk.path, 'ballast')
      writeFileSync(ballast, Buffer.alloc(60_000))
      for (let i = 0; i < 100; i++) log.info({ i }, 'line')
      rmSync(ballast)
      log.info({ i: 100 }, 'line')
      await close()
      const lines = contentsOf(disk.path)['log.ndjson']?.trimEnd().split('\n') ?? []
      expect(lines.map(line => JSON.parse(line).i)).to.deep.equal([...Array(101).keys()])
    } finally {
      disk.remove()
    }
  })
})
