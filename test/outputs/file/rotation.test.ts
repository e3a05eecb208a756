import { expect } from 'chai'
import fc from 'fast-check'
import { type RotationStep, rotationSteps } from '../../../lib/outputs/file/rotation.ts'

/** A folder as name → content. */
function apply(folder: Map<string, string>, steps: readonly RotationStep[]): void {
  for (const step of steps) {
    const name = 'remove' in step ? step.remove : step.rename
    const content = folder.get(name)
    if (content === undefined) throw new Error(`${name}: no such file`)
    folder.delete(name)
    if ('to' in step) folder.set(step.to, content)
  }
}

function rotate(names: readonly string[], backups: number): Record<string, string> {
  const folder = new Map(names.map(name => [name, name]))
  apply(folder, rotationSteps(names, 'log', backups))
  return Object.fromEntries([...folder].sort())
}

describe('rotation', () => {
  const table: readonly [string, readonly string[], number, object][] = [
    ['nothing', [], 3, {}],
    ['the first file', ['log'], 3, { 'log.1': 'log' }],
    ['the next', ['log', 'log.1'], 3, { 'log.1': 'log', 'log.2': 'log.1' }],
    ['with all numbers in use', ['log', 'log.1', 'log.2'], 2, { 'log.1': 'log', 'log.2': 'log.1' }],
    ['over a gap, as a crash leaves it', ['log', 'log.2'], 2, { 'log.1': 'log', 'log.2': 'log.2' }],
    [
      'after the crash before the last step',
      ['log.1', 'log.2'],
      2,
      { 'log.1': 'log.1', 'log.2': 'log.2' },
    ],
    ['past a number with a zero', ['log', 'log.01'], 2, { 'log.01': 'log.01', 'log.1': 'log' }],
    [
      'past a name that is no number',
      ['log', 'log.5e3'],
      2,
      { 'log.1': 'log', 'log.5e3': 'log.5e3' },
    ],
    ['past another ending', ['log', 'log.gz'], 2, { 'log.1': 'log', 'log.gz': 'log.gz' }],
    ['past the files of another', ['log', 'txt.5'], 2, { 'log.1': 'log', 'txt.5': 'txt.5' }],
    ['when fewer are to be kept than before', ['log', 'log.1', 'log.7'], 1, { 'log.1': 'log' }],
    ['keeping none', ['log', 'log.1'], 0, {}],
    [
      'leaving alone what only looks alike',
      ['log', 'log.01', 'log.1x', 'log.gz', 'logs', 'log.0', 'log.-1'],
      1,
      {
        'log.-1': 'log.-1',
        'log.0': 'log.0',
        'log.01': 'log.01',
        'log.1': 'log',
        'log.1x': 'log.1x',
        'log.gz': 'log.gz',
        logs: 'logs',
      },
    ],
  ]
  for (const [what, names, backups, expected] of table) {
    it(`rotates ${what}`, () => expect(rotate(names, backups)).to.deep.equal(expected))
  }

  it('keeps the newest files in order, wherever a crash cuts it short', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat({ max: 6 })),
        (backups, crashes) => {
          const folder = new Map<string, string>()
          for (const [generation, crashAfter] of crashes.entries()) {
            folder.set('log', folder.get('log') ?? String(generation).padStart(4, '0'))
            apply(folder, rotationSteps([...folder.keys()], 'log', backups).slice(0, crashAfter))
          }
          const kept = [...folder]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([, content]) => content)
          expect(kept).to.deep.equal([...kept].sort().reverse())
          expect(kept.length).to.be.at.most(backups + 1)
          const last = [...folder.keys()].length
          expect(last).to.be.at.least(Math.min(crashes.length, 1))
        },
      ),
    )
  })
})
