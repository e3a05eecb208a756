import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import Mocha from 'mocha'
import { asEntry, withoutEquivalents } from '../../tools/mutants/equivalent.ts'
import FirstFailure from '../../tools/mutants/first-failure.ts'
import { type Mutant, mutantsOf } from '../../tools/mutants/mutant.ts'
import { isReached } from '../../tools/mutants/reach.ts'
import { scoreOf, survivorsOf, type Tried, tableOf } from '../../tools/mutants/report.ts'
import { ROOMS } from '../../tools/mutants/rooms.ts'
import { sampleOf } from '../../tools/mutants/sample.ts'

const FILE = 'lib/backoff.ts'

/** The mutants of a file of ours, as it was compiled. */
function mutantsIn(file: string): readonly Mutant[] {
  const path = `dist/${file.replace('.ts', '.js')}`
  const [source, code, map] = [file, path, `${path}.map`].map(one => readFileSync(one, 'utf8'))
  return mutantsOf('backoff', { file, source: source ?? '', code: code ?? '', map: map ?? '' })
}

describe('a mutant', () => {
  it('is named in the source that it was compiled from', () => {
    const lines = readFileSync(FILE, 'utf8').split('\n')
    const mutants = mutantsIn(FILE)
    for (const { line, text, original } of mutants.filter(
      ({ edit }) => edit.kind === 'arithmetic',
    )) {
      expect(lines[line - 1]?.trim()).to.equal(text)
      expect(text).to.include(original)
    }
    const doubled = mutants.find(({ original }) => original === '2 ** (failures - 1)')
    expect(doubled).to.include({ mutated: '2 * (failures - 1)', file: FILE, room: 'backoff' })
  })
})

describe('the list of equivalent mutants', () => {
  const mutants = mutantsIn(FILE)
  const [first, ...others] = mutants
  if (!first) throw new Error('no mutant')
  const entry = asEntry(first, 'looked at')

  it('takes those out that it names, wherever their line is', () => {
    const moved = mutants.map(mutant => ({ ...mutant, line: mutant.line + 7 }))
    const left = withoutEquivalents(moved, [entry])
    expect(left.mutants).to.have.length(others.length)
    expect(left.equivalent.map(({ edit }) => edit)).to.deep.equal([first.edit])
    expect(left.stale).to.deep.equal([])
  })

  it('is stale where a line has changed, in the files that were looked at', () => {
    const changed = { ...entry, line: 'const a = 1' }
    const elsewhere = { ...entry, file: 'lib/other.ts' }
    const { mutants: left, stale } = withoutEquivalents(mutants, [changed, elsewhere])
    expect(stale).to.deep.equal([changed])
    expect(left).to.deep.equal(mutants)
  })

  it('has a reason for each', () => {
    const list: readonly { reason: string }[] = JSON.parse(
      readFileSync('tools/mutants/equivalent.json', 'utf8'),
    )
    expect(list.filter(({ reason }) => reason.length < 10)).to.deep.equal([])
  })
})

describe('the code that a test runs', () => {
  const coverage = {
    result: [
      {
        url: 'file:///a.js',
        functions: [
          { ranges: [{ startOffset: 0, endOffset: 100, count: 1 }] },
          {
            ranges: [
              { startOffset: 10, endOffset: 50, count: 3 },
              { startOffset: 20, endOffset: 30, count: 0 },
            ],
          },
          { ranges: [{ startOffset: 60, endOffset: 70, count: 0 }] },
        ],
      },
    ],
  }
  const ROWS = [
    [0, true],
    [10, true],
    [19, true],
    [20, false],
    [29, false],
    [30, true],
    [65, false],
    [70, true],
    [100, false],
  ] as const
  for (const [offset, expected] of ROWS) {
    it(`is${expected ? '' : ' not'} at ${offset}`, () => {
      expect(isReached(coverage, 'file:///a.js', offset)).to.equal(expected)
    })
  }

  it('is none of another script', () => {
    expect(isReached(coverage, 'file:///b.js', 0)).to.equal(false)
  })
})

describe('a sample', () => {
  it('has so many, in their order, the same ones for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(300), fc.integer(), (size, count, seed) => {
        const values = Array.from({ length: size }, (_, at) => at)
        const sample = sampleOf(values, count, seed)
        expect(sample).to.have.length(Math.min(size, count))
        expect(sample).to.deep.equal([...new Set(sample)].sort((a, b) => a - b))
        expect(sampleOf(values, count, seed)).to.deep.equal(sample)
      }),
    )
  })

  it('is another for another seed', () => {
    const values = Array.from({ length: 1000 }, (_, at) => at)
    expect(sampleOf(values, 100, 1)).not.to.deep.equal(sampleOf(values, 100, 2))
  })
})

describe('the report', () => {
  const edit = { kind: 'comparison', start: 0, end: 1, text: 'b' }
  const mutant = { room: 'r', file: 'lib/a.ts', edit, line: 7, text: '', original: 'a < b' }
  const verdicts = ['killed', 'killed', 'timeout', 'survived', 'unreached'] as const
  const tried: readonly Tried[] = verdicts.map(verdict => ({
    mutant: { ...mutant, mutated: verdict === 'unreached' ? '' : 'a <= b' },
    verdict,
  }))

  it('counts what was noticed; a timeout is', () => {
    expect(scoreOf(tried)).to.equal(60)
    expect(scoreOf([])).to.equal(100)
    const rows = tableOf(tried).map(line => line.split(/\s+/))
    expect(rows).to.deep.equal([
      ['file', 'killed', 'timeout', 'survived', 'unreached', 'score'],
      ['lib/a.ts', '2', '1', '1', '1', '60.0', '%'],
      ['all', '2', '1', '1', '1', '60.0', '%'],
    ])
  })

  it('names the survivors', () => {
    expect(survivorsOf(tried)).to.deep.equal([
      'lib/a.ts:7  a < b → a <= b (comparison)',
      'lib/a.ts:7  a < b → nothing (comparison, no test runs it)',
    ])
  })
})

describe('a run with a mutant', () => {
  it('ends at the first failure', () => {
    const runner = new Mocha.Runner(new Mocha.Suite(''))
    new FirstFailure(runner)
    const { exit } = process
    const codes: unknown[] = []
    try {
      Object.assign(process, { exit: (code: unknown) => codes.push(code) })
      runner.emit('pass')
      expect(codes).to.deep.equal([])
      runner.emit('fail')
    } finally {
      Object.assign(process, { exit })
    }
    expect(codes).to.deep.equal([1])
  })
})

describe('the rooms', () => {
  it('exist, and none of them seals a process', () => {
    for (const [room, { sources, tests }] of Object.entries(ROOMS)) {
      expect(
        [...sources, ...tests].filter(path => !existsSync(path)),
        room,
      ).to.deep.equal([])
      expect(sources.join(' '), room).not.to.match(/kernel|agent\/process|sandbox|addon/)
    }
  })
})
