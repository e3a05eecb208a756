import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import convict from 'convict'
import { BUILTIN_OUTPUT_NAMES, builtinOutput } from '../../../lib/outputs/builtin.ts'
import file from '../../../lib/outputs/file/file.ts'
import { type FileSettings, fileSchema } from '../../../lib/outputs/file/file-settings.ts'
import { batchOf, endlessCall } from '../../../lib/testing/batch.ts'
import { skip } from '../../live.ts'
import { memoryLog, NEVER, pipelineTo, SOURCE } from '../../pipeline/fixtures.ts'
import { contentsOf, openBelow, smallDisk, temporaryFolder } from '../folder.ts'

const DEFAULTS: FileSettings = {
  path: 'out',
  filename: 'events.ndjson',
  rotate_every_kb: 10_240,
  number_of_files: 7,
  permissions: 0o600,
  rotate_on_startup: false,
  sync: 'none',
}

function openIn(folder: string, settings: Partial<FileSettings> = {}) {
  const paths = { home: folder, config: folder, data: folder, logs: folder }
  return file.open({ settings: { ...DEFAULTS, ...settings }, paths, log: memoryLog().log })
}

describe('output.file', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  it('writes events as lines below path.data, for the owner alone', async () => {
    const output = await openIn(folder.path)
    expect(await output.write(batchOf(['{"a":1}', '{"b":"ü"}']), endlessCall())).to.deep.equal({
      retry: [],
      reject: [],
    })
    await output.close()
    const out = join(folder.path, 'out')
    expect(contentsOf(out)).to.deep.equal({ 'events.ndjson': '{"a":1}\n{"b":"ü"}\n' })
    expect(statSync(join(out, 'events.ndjson')).mode & 0o777).to.equal(0o600)
  })

  it('keeps number_of_files files in all', async () => {
    const output = await openIn(folder.path, { rotate_every_kb: 1, number_of_files: 3 })
    for (let i = 0; i < 9; i++) await output.write(batchOf(['x'.repeat(600)]), endlessCall())
    await output.close()
    const names = ['events.ndjson', 'events.ndjson.1', 'events.ndjson.2']
    expect(Object.keys(contentsOf(join(folder.path, 'out')))).to.deep.equal(names)
  })

  it('begins anew at each start only where it is told to', async () => {
    for (const rotate_on_startup of [false, false, true]) {
      const output = await openIn(folder.path, { rotate_on_startup })
      await output.write(batchOf(['x']), endlessCall())
      await output.close()
    }
    const files = contentsOf(join(folder.path, 'out'))
    expect(files).to.deep.equal({ 'events.ndjson': 'x\n', 'events.ndjson.1': 'x\nx\n' })
  })

  it('can not be opened where a file is in the way', async () => {
    writeFileSync(join(folder.path, 'out'), '')
    const error = await openIn(folder.path).then(
      () => expect.fail('should have been rejected'),
      error => error,
    )
    expect(error).to.have.property('code').that.is.oneOf(['EEXIST', 'ENOTDIR'])
  })

  it('can not be opened where no folder can be made', async function () {
    if (process.platform !== 'linux') skip(this, 'not Linux')
    const error = await openIn('/proc/nowhere').then(
      () => expect.fail('should have been rejected'),
      error => error,
    )
    expect(error).to.have.property('code').that.is.oneOf(['ENOENT', 'EACCES'])
  })

  it('rejects while nothing can be written, and goes on when it can', async () => {
    const output = await openIn(folder.path)
    const path = join(folder.path, 'out', 'events.ndjson')
    rmSync(path)
    mkdirSync(path)
    const outcome = await output.write(batchOf(['x']), endlessCall()).catch(error => error.code)
    expect(outcome).to.equal('EISDIR')
    rmSync(path, { recursive: true })
    expect(await output.write(batchOf(['x']), endlessCall())).to.deep.equal({
      retry: [],
      reject: [],
    })
    await output.close()
  })

  it('brings every event through a pipeline once, over a disk that was full for a while', async function () {
    const disk = smallDisk('64k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const ballast = join(disk.path, 'ballast')
      writeFileSync(ballast, Buffer.alloc(40_000))
      const output = await openIn(disk.path)
      const pipeline = pipelineTo(output, {
        queue: { events: 200, bytes: 1 << 20, flush: { min_events: 50, timeout: 1 } },
      })
      const publish = pipeline.publisher(SOURCE, NEVER)
      const { acked } = await publish(Array.from({ length: 150 }, (_, id) => ({ id })))
      while (pipeline.stats().failed_writes < 2)
        await new Promise(resolve => setTimeout(resolve, 1))
      rmSync(ballast)
      await acked
      expect(await pipeline.close(NEVER)).to.deep.equal({ lost: 0, kept: 0 })
      await output.close()
      const lines = contentsOf(join(disk.path, 'out'))['events.ndjson']?.trimEnd().split('\n') ?? []
      expect(lines.map(line => JSON.parse(line).id)).to.deep.equal([...Array(150).keys()])
    } finally {
      disk.remove()
    }
  })
})

describe('output.file: what the disk did not take', () => {
  it('is to be tried again, from the first event that is missing, and is logged', async function () {
    const disk = smallDisk('64k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const { log, lines } = memoryLog()
      const paths = { home: disk.path, config: disk.path, data: disk.path, logs: disk.path }
      const output = await file.open({ settings: DEFAULTS, paths, log })
      const batch = batchOf(Array.from({ length: 70 }, () => 'x'.repeat(999)))
      const answer = await output.write(batch, endlessCall())
      expect(answer).to.deep.equal({ retry: [65, 66, 67, 68, 69], reject: [] })
      expect(lines).to.have.length(1)
      expect(lines[0]).to.include({ level: 50, msg: 'Events could not be written', events: 5 })
      expect(lines[0]?.['err']).to.include({ code: 'ENOSPC' })
      await output.close()
    } finally {
      disk.remove()
    }
  })
})

describe('output.file: what it does beside writing', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  it('logs nothing while all is well, and lets go of the file when it is closed', async () => {
    const { log, lines } = memoryLog()
    const { path } = folder
    const paths = { home: path, config: path, data: path, logs: path }
    const output = await file.open({ settings: DEFAULTS, paths, log })
    await output.write(batchOf(['x']), endlessCall())
    expect(openBelow(path)).to.deep.equal([join(path, 'out', 'events.ndjson')])
    await output.close()
    expect(openBelow(path)).to.deep.equal([])
    expect(lines).to.deep.equal([])
  })

  it('takes a kilobyte for 1024 bytes', async () => {
    const output = await openIn(folder.path, { rotate_every_kb: 1 })
    for (const size of [1023, 1023]) await output.write(batchOf(['x'.repeat(size)]), endlessCall())
    await output.write(batchOf(['']), endlessCall())
    await output.close()
    const sizes = Object.values(contentsOf(join(folder.path, 'out'))).map(text => text.length)
    expect(sizes).to.deep.equal([1, 1024, 1024])
  })
})

describe('output.file: what it declares', () => {
  it('has the unit open an absolute path, as one below path.data is open', () => {
    const why = 'its files'
    expect(file.privileges?.({ ...DEFAULTS, path: '/x' })).to.deep.equal([{ writes: '/x', why }])
    expect(file.privileges?.(DEFAULTS)).to.deep.equal([])
  })

  it('keeps the order of events and waits for a slow disk', () => {
    expect(file.delivery).to.deep.equal({ ordered: true, timeout: 0 })
  })
})

describe('output.file: its section', () => {
  const problems: readonly [string, unknown, RegExp][] = [
    ['path', null, /must be text/],
    ['path', '', /must be text/],
    ['filename', '../x', /without a folder/],
    ['filename', 'x/y', /without a folder/],
    ['filename', 'x\0', /without a folder/],
    ['filename', '', /without a folder/],
    ['filename', '..', /without a folder/],
    ['filename', 7, /without a folder/],
    ['rotate_every_kb', 2 ** 30 + 1, /from 1 to 1073741824/],
    ['number_of_files', 1025, /from 2 to 1024/],
    ['sync', 'always', /none.*interval.*batch/],
    ['rotate_every_kb', 0, /from 1 to/],
    ['number_of_files', 1, /from 2 to 1024/],
    ['number_of_files', 2.5, /from 2 to 1024/],
    ['permissions', 0o1600, /file mode/],
  ]
  for (const [key, value, message] of problems) {
    it(`refuses ${key}: ${JSON.stringify(value)}`, () => {
      const config = convict(fileSchema).load({ path: '/x', [key]: value })
      expect(() => config.validate({ allowed: 'strict' })).to.throw(message)
    })
  }

  const limits: readonly [string, unknown][] = [
    ['filename', 'a..b'],
    ['filename', '.log'],
    ['filename', 'log.'],
    ['rotate_every_kb', 1],
    ['rotate_every_kb', 2 ** 30],
    ['number_of_files', 2],
    ['number_of_files', 1024],
    ['sync', 'interval'],
    ['sync', 'batch'],
  ]
  for (const [key, value] of limits) {
    it(`takes ${key}: ${JSON.stringify(value)}`, () => {
      const config = convict(fileSchema).load({ path: '/x', [key]: value })
      config.validate({ allowed: 'strict' })
      expect(config.getProperties()).to.deep.equal({ ...DEFAULTS, path: '/x', [key]: value })
    })
  }

  it('has defaults for all but the path', () => {
    const config = convict(fileSchema).load({ path: 'out' }).validate({ allowed: 'strict' })
    expect(config.getProperties()).to.deep.equal(DEFAULTS)
  })
})

describe('built-in outputs', () => {
  it('are imported by name', async () => {
    expect(BUILTIN_OUTPUT_NAMES).to.deep.equal([
      ...['console', 'elasticsearch', 'file', 'http', 'logstash', 'otlp', 'redis', 'syslog'],
    ])
    for (const name of BUILTIN_OUTPUT_NAMES) {
      const output = await builtinOutput(name)
      expect(output).to.have.property('name', name)
      const { ssl = {}, ...own } = Object(output?.schema)
      for (const { doc } of Object.values<{ doc: string }>({ ...own, ...ssl })) {
        expect(doc).to.match(/^[A-Z].*\.$/) // what a user finds in the reference
      }
    }
  })

  it('are no others', async () => {
    for (const name of ['consle', 'toString', '__proto__']) {
      expect(await builtinOutput(name)).to.equal(undefined)
    }
  })
})
