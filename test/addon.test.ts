import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, endianness, tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { type Addon, addonFile, loadAddon, loadedAddonFile } from '../lib/addon.ts'
import { encode } from '../lib/seccomp/compiler/program.ts'
import { needsLinux, skip } from './live.ts'

const ROOT = dirname(dirname(dirname(addonFile('sealbeat'))))

describe('addon', () => {
  let folder: string

  before(() => {
    folder = mkdtempSync(`${tmpdir()}/sealbeat-`)
  })
  after(() => rmSync(folder, { recursive: true }))

  const loaded = (file?: string): Addon => {
    const result = loadAddon(file)
    if ('problem' in result) throw new Error(result.problem)
    return result.addon
  }
  const problem = (file: string) => {
    const result = loadAddon(file)
    return 'problem' in result ? result.problem : undefined
  }

  it('is loaded once', () => {
    expect(loaded()).to.equal(loaded())
    expect(loaded().supported).to.equal(process.platform === 'linux')
  })

  it('has the checksum of zlib, from a thread', async function () {
    needsLinux.call(this)
    const { checksum } = loaded()
    const chunks = [0, 1, 7, 70_000, 1 << 20].map(length => randomBytes(length))
    const crc = await new Promise(done => checksum?.(chunks, done))
    expect(crc).to.equal(crc32(Buffer.concat(chunks)))
    const [many] = await Promise.all([
      Promise.all(chunks.map(chunk => new Promise(done => checksum?.([chunk], done)))),
      // The bytes of a chunk live as long as somebody counts them.
      new Promise(done => checksum?.([randomBytes(1 << 24)], done)),
    ])
    expect(many).to.deep.equal(chunks.map(chunk => crc32(chunk)))
  })

  it('lets a worker end in the middle of a checksum', function () {
    needsLinux.call(this)
    const built = loadedAddonFile()
    if ('problem' in built) throw new Error(built.problem)
    const script = `const { Worker } = require('node:worker_threads')
      const code = 'const { workerData: file } = require("node:worker_threads");' +
        'const { checksum } = require(file);' +
        'for (let n = 0; n < 20; n++) checksum([Buffer.alloc(1 << 24)], () => undefined);' +
        'process.exit()'
      new Worker(code, { eval: true, workerData: process.argv[1] }).on('exit', () => console.log('over'))`
    const { stdout, status } = spawnSync(process.execPath, ['-e', script, built.file], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    })
    expect({ stdout, status }).to.deep.equal({ stdout: 'over\n', status: 0 })
  })

  it('says what is wrong with it and how to mend that', () => {
    const missing = `${folder}/missing.node`
    expect(problem(missing)).to.equal(
      `the native addon ${missing} does not exist: ` +
        'build it with "npm rebuild sealbeat" (in a checkout: "make build")',
    )
    const broken = `${folder}/broken.node`
    writeFileSync(broken, 'not a library')
    expect(problem(broken)).to.match(
      /^the native addon can't be loaded: .*broken\.node.*: build it/,
    )
    const other = `${folder}/other.cjs`
    writeFileSync(other, 'exports.install = () => 0')
    expect(problem(other)).to.match(/other\.cjs is from another version: build it/)
  })

  it('locks a file against every other opening of it, until it is closed', () => {
    const { lockFile } = loaded()
    const [mine, theirs] = [openSync(`${folder}/lock`, 'w'), openSync(`${folder}/lock`, 'r')]
    expect(lockFile(mine)).to.equal(0)
    expect(lockFile(mine), 'the holder may ask again').to.equal(0)
    expect(lockFile(theirs)).to.equal(constants.errno.EWOULDBLOCK)
    closeSync(mine)
    expect(lockFile(theirs)).to.equal(0)
    closeSync(theirs)
    expect(lockFile(theirs)).to.equal(constants.errno.EBADF)
  })

  const restarts = [
    ['with arguments that each end in NUL', 'echo\0a b\0\0c\0', 'a b  c'],
    ['with a last argument that does not', 'echo\0a b\0\0c', 'a b  c'],
  ] as const
  for (const [what, words, printed] of restarts) {
    it(`starts another image in its place, ${what}`, function () {
      needsLinux.call(this)
      const allowAll = encode(
        [{ op: 'return', k: 0x7fff0000 }],
        endianness() === 'LE' ? 'little' : 'big',
      )
      const script = `const [file, words, program] = process.argv.slice(1)
        const bytes = text => Buffer.from(text, 'hex')
        const errno = require(file).restart('/bin/echo', bytes(words), bytes(program), [1])
        console.log('not started, errno ' + errno)`
      const built = loadedAddonFile()
      if ('problem' in built) throw new Error(built.problem)
      const hex = [words, allowAll].map(bytes => Buffer.from(bytes).toString('hex'))
      const { stdout } = spawnSync(process.execPath, ['-e', script, built.file, ...hex], {
        encoding: 'utf8',
        timeout: 20_000,
        killSignal: 'SIGKILL',
      })
      expect(stdout).to.equal(`${printed}\n`)
    })
  }

  it('takes no newer glibc than 2.28 and no newer libstdc++ than of GCC 8, as a release', function () {
    needsLinux.call(this)
    const compiler = spawnSync('c++', ['-dumpversion'], { encoding: 'utf8' }).stdout ?? ''
    // A newer one takes newer symbols for the same source, and comes with a newer glibc.
    if (!/^\d/.test(compiler) || Number.parseInt(compiler, 10) > 12) {
      skip(this, 'not compiled with GCC 12 or older')
    }
    const text = readFileSync(addonFile('sealbeat'), 'latin1')
    const newest = (version: RegExp): number =>
      Math.max(0, ...Array.from(text.matchAll(version), ([, number]) => Number(number)))
    expect(newest(/GLIBC_2\.(\d+)/g)).to.be.at.most(28)
    expect(newest(/GLIBCXX_3\.4\.(\d+)/g)).to.be.at.most(25)
  })

  it('compiles where there is no Linux, and answers ENOSYS there', function () {
    this.timeout(60_000)
    if (spawnSync('c++', ['--version']).status !== 0) skip(this, 'no C++ compiler')
    const file = `${folder}/elsewhere.node`
    execFileSync('c++', compilation(file), { cwd: ROOT, stdio: 'inherit' })
    // Compiled to trap on a null pointer for memcpy, even with no bytes to copy.
    const install = `require(${JSON.stringify(file)}).install(new Uint8Array(0), 0)`
    expect(spawnSync(process.execPath, ['-e', install])).to.include({ status: 0, signal: null })
    const addon = loaded(file)
    const { ENOSYS } = constants.errno
    const none = new Uint8Array(0)
    expect(addon.supported).to.equal(false)
    expect(addon.install(none, 0)).to.deep.equal({ errno: ENOSYS, thread: 0 })
    expect(addon.probeFlags(0)).to.equal(ENOSYS)
    expect(addon.actionAvailable(0)).to.equal(ENOSYS)
    expect(addon.reportTraps(none)).to.equal(ENOSYS)
    expect(addon.restart('/bin/true', none, none, [])).to.equal(ENOSYS)
  })
})

/** What binding.gyp does for another Unix, with every trace of Linux taken from the compiler. */
function compilation(output: string): readonly string[] {
  const print = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).trim()
  return [
    ...['-std=c++17', '-Wall', '-Wextra', '-Werror', '-O0', '-fPIC', '-shared', '-o', output],
    ...['-U__linux__', '-U__linux', '-U__gnu_linux__', '-Ulinux'],
    ...['-fsanitize=nonnull-attribute', '-fsanitize-undefined-trap-on-error'],
    ...['-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS'],
    `-I${print('-p', "require('node-addon-api').include_dir")}`,
    `-I${print('tools/node/headers.mjs')}/include/node`,
    ...['addon/sealbeat.cc', 'addon/unsupported.cc', 'addon/process/lock.cc'],
  ]
}
