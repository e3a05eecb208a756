import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { KeptWorker } from '../../../tools/mutants/worker/kept-worker.ts'

const MODULE = 'dist/lib/sum.js'
const SUM = 'export const sum = (a, b) => a + b'

/** A build of one module and its tests, and one that only looks at what the others left. */
const BUILD = {
  'package.json': '{ "type": "module" }',
  [MODULE]: SUM,
  'dist/test/sum.test.js': `
    import { sum } from '../lib/sum.js'
    it('adds', () => { process.env.MUTANTS_LEFT = 'x'; process.chdir('/'); if (sum(1, 2) !== 3) throw new Error() })`,
  'dist/test/clean.test.js': `
    it('is clean', () => { if (process.env.MUTANTS_LEFT || process.cwd() === '/') throw new Error() })`,
}

describe('a process that tries mutants', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
  const started: ChildProcess[] = []
  const worker = new KeptWorker(() => {
    const program = resolve('dist/tools/mutants/worker/main.js')
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
    const child = spawn(process.execPath, [program], { cwd: folder, stdio: [...stdio] })
    started.push(child)
    return child
  })
  let number = 0

  const run = async (code: string, files: readonly string[], fileMs = 60_000) => {
    await worker.ready()
    const tests = files.map(name => ({ file: `dist/test/${name}.test.js`, testMs: 30_000, fileMs }))
    return worker.run({ number: ++number, module: MODULE, code, tests })
  }

  before(() => {
    for (const [path, text] of Object.entries(BUILD)) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  })

  after(async () => {
    await worker.end()
    rmSync(folder, { recursive: true })
  })

  it('has the tests run with each mutant anew, and ends at the first that fails', async () => {
    const failed = { verdict: 'failed', file: 'dist/test/sum.test.js' }
    expect(await run(SUM, ['sum'])).to.deep.equal({ verdict: 'passed' })
    expect(await run(SUM.replace('+', '-'), ['sum', 'clean'])).to.deep.equal(failed)
    expect(await run('export const', ['sum'])).to.deep.equal(failed)
    expect(await run(SUM, ['sum'])).to.deep.equal({ verdict: 'passed' })
    expect(started).to.have.length(1)
  })

  it('leaves nothing of a job behind', async () => {
    expect(await run(SUM, ['sum'])).to.deep.equal({ verdict: 'passed' })
    expect(await run(SUM, ['clean'])).to.deep.equal({ verdict: 'passed' })
    expect(readdirSync(join(folder, 'dist/lib'))).to.deep.equal(['sum.js'])
  })

  it('is replaced if it dies or hangs', async () => {
    const file = 'dist/test/sum.test.js'
    const before = started.length
    const dying = await run('export const sum = () => process.exit(0)', ['sum'])
    expect(dying).to.deep.equal({ verdict: 'died', file })
    const hanging = await run('export const sum = () => { for (;;); }', ['sum'], 300)
    expect(hanging).to.deep.equal({ verdict: 'timeout', file })
    expect(await run(SUM, ['sum'])).to.deep.equal({ verdict: 'passed' })
    expect(started).to.have.length(before + 2)
    expect(existsSync(`/proc/${started[before]?.pid}`)).to.equal(false)
  })
})
