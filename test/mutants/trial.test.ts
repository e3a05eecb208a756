import { expect } from 'chai'
import { Killers } from '../../tools/mutants/killers.ts'
import type { Measured } from '../../tools/mutants/measure.ts'
import type { Mutant } from '../../tools/mutants/mutant.ts'
import { type Runs, Trials } from '../../tools/mutants/trial.ts'

const MODULE = 'dist/lib/a.js'

/** Test files that run the first hundred characters of the module. */
const measured = (file: string, tookMs: number): Measured => ({
  file,
  tookMs,
  coverage: [
    {
      result: [
        { url: MODULE, functions: [{ ranges: [{ startOffset: 0, endOffset: 100, count: 1 }] }] },
      ],
    },
  ],
})

const QUICK = measured('quick', 10)
const SLOW = measured('slow', 5_000)

const mutantAt = (start: number): Mutant => {
  const edit = { kind: 'text', start, end: start + 1, text: '' }
  return { room: 'a', file: 'lib/a.ts', edit, line: 1, text: '', original: 'a', mutated: '' }
}

/** Runs that end as they are told to, in both ways, and note what they ran. */
class Told implements Runs {
  readonly fast: Awaited<ReturnType<Runs['runFast']>>[] = []
  readonly alone: ('passed' | 'failed' | 'timeout')[] = []
  readonly ran: string[] = []
  readonly said: string[] = []

  async runFast(...[, edit, tests]: Parameters<Runs['runFast']>) {
    const files = tests.map(({ file }) => file)
    this.ran.push(['fast', edit ? 'mutant' : 'whole', ...files].join(' '))
    return this.fast.shift() ?? { verdict: 'passed' as const }
  }

  async runWith(...[, , tests]: Parameters<Runs['runWith']>) {
    this.ran.push(['alone', ...tests].join(' '))
    return { verdict: this.alone.shift() ?? ('passed' as const), output: '', tookMs: 1 }
  }

  async restart() {
    this.ran.push('restart')
  }
}

describe('the trial of a mutant', () => {
  const failed = { verdict: 'failed', file: 'quick' } as const

  const trialsWith = (runs: Told, isFast = true) => {
    const say = (text: string) => void runs.said.push(text)
    return new Trials(runs, [SLOW, QUICK], new Killers(), { isFast, say })
  }

  it('ends where a quick test notices it', async () => {
    const runs = new Told()
    runs.fast.push(failed)
    const [tried] = await trialsWith(runs).try(mutantAt(1))
    expect(tried?.verdict).to.equal('killed')
    expect(runs.ran).to.deep.equal(['fast mutant quick'])
  })

  it('goes on in a new process, with the slow tests, where none does', async () => {
    const runs = new Told()
    runs.alone.push('failed')
    const trials = trialsWith(runs)
    expect((await trials.try(mutantAt(1)))[0]?.verdict).to.equal('killed')
    expect((await trials.try(mutantAt(1)))[0]?.verdict).to.equal('survived')
    const both = ['fast mutant quick', 'alone quick slow']
    expect(runs.ran).to.deep.equal([...both, ...both])
  })

  it('goes on in a new process where the kept one died', async () => {
    const runs = new Told()
    runs.fast.push({ verdict: 'died', file: 'quick' })
    expect((await trialsWith(runs).try(mutantAt(1)))[0]?.verdict).to.equal('survived')
  })

  it('ends where the kept process hangs', async () => {
    const runs = new Told()
    runs.fast.push({ verdict: 'timeout', file: 'quick' })
    expect((await trialsWith(runs).try(mutantAt(1)))[0]?.verdict).to.equal('timeout')
  })

  it('is in a new process from the start if one asks for that', async () => {
    const runs = new Told()
    await trialsWith(runs, false).try(mutantAt(1))
    expect(runs.ran).to.deep.equal(['alone quick slow'])
  })

  it('is none where no test runs the code', async () => {
    const runs = new Told()
    expect((await trialsWith(runs).try(mutantAt(100)))[0]?.verdict).to.equal('unreached')
    expect(runs.ran).to.deep.equal([])
  })

  it('counts while the kept process passes without a mutant', async () => {
    const runs = new Told()
    const trials = trialsWith(runs)
    runs.fast.push(failed)
    await trials.try(mutantAt(1))
    expect(await trials.check()).to.deep.equal([])
    expect(await trials.check()).to.deep.equal([])
    expect(runs.ran).to.deep.equal(['fast mutant quick', 'fast whole quick'])
  })

  it('is repeated in a new process if that does not pass without a mutant', async () => {
    const runs = new Told()
    const trials = trialsWith(runs)
    runs.fast.push(failed, failed, failed)
    runs.alone.push('failed', 'passed')
    for (const at of [1, 2]) await trials.try(mutantAt(at))
    const again = await trials.check()
    expect(again.map(({ mutant, verdict }) => [mutant.edit.start, verdict])).to.deep.equal([
      [1, 'killed'],
      [2, 'survived'],
    ])
    expect(runs.said).to.deep.equal([
      'quick: failed without a mutant; 2 mutants are tried again, each in a new process',
    ])
    expect(runs.ran.slice(2)).to.deep.equal([
      'fast whole quick',
      'restart',
      'alone quick slow',
      'alone quick slow',
    ])
    // That test is not for the kept process.
    await trials.try(mutantAt(1))
    expect(runs.ran.slice(6)).to.deep.equal(['alone quick slow'])
  })

  it('is checked by itself now and then', async () => {
    const runs = new Told()
    const trials = trialsWith(runs)
    for (let at = 0; at < 60; at++) {
      runs.fast.push(failed)
      if (at % 30 === 29) runs.fast.push({ verdict: 'passed' })
      await trials.try(mutantAt(at))
    }
    expect(runs.ran.filter(one => one.startsWith('fast whole'))).to.have.length(2)
  })
})
