import { expect } from 'chai'
import { ON_LIBRARIES } from '../native/attacks.ts'
import { type Attack, type Layer, predicted } from './attack.ts'
import { RUNS, SEALED } from './matrix.ts'
import { ATTACKS, DECLARED_NAMES } from './table.ts'

/** An ABI that decides about everything. */
const NEWEST = 99

/** The runs in which nothing refuses an attack, whatever the kernel is. */
function controlsOf(attack: Attack): number {
  const runs = RUNS.filter(({ who }) => attack.who !== 'root' || who === 'root')
  return runs.filter(({ who, on }) => predicted(attack, who, on, NEWEST) === 'done').length
}

function layersOf({ refused }: Attack): readonly Layer[] {
  return Object.keys(refused) as readonly Layer[]
}

describe('the table of attacks', () => {
  it('names each attack once', () => {
    const names = [...ATTACKS.map(({ name }) => name), ...DECLARED_NAMES]
    expect(new Set(names).size).to.equal(names.length)
  })

  it('says why, of each attack that nothing refuses, or nothing where sockets are declared', () => {
    const open = ATTACKS.filter(attack =>
      layersOf(attack).every(layer => layer === 'filter without sockets'),
    )
    expect(open.filter(({ limit }) => limit === undefined)).to.deep.equal([])
    const limited = ATTACKS.filter(({ limit }) => limit !== undefined)
    expect(limited.length).to.equal(open.length)
  })

  it('has a run for each attack in which what refuses it is switched off', () => {
    const uncontrolled = ATTACKS.filter(attack => controlsOf(attack) === 0)
    expect(uncontrolled.map(({ name }) => name)).to.deep.equal([])
  })

  it('has a run for each part that refuses an attack in which it is the first to do so', () => {
    const untried = ATTACKS.flatMap(attack =>
      layersOf(attack).flatMap(layer => {
        const alone = { ...attack, refused: { [layer]: attack.refused[layer] } }
        const others = { ...attack, refused: { ...attack.refused, [layer]: undefined } }
        const isFirst = RUNS.some(({ who, on }) => {
          const isRefused = predicted(alone, who, on, NEWEST) !== 'done'
          return isRefused && predicted(others, who, on, NEWEST) === 'done'
        })
        return isFirst ? [] : [`${attack.name}: ${layer}`]
      }),
    )
    expect(untried).to.deep.equal([])
  })

  it('lets nothing through a sealed agent but what has a limit', () => {
    const through = ATTACKS.filter(({ limit }) => limit === undefined).filter(
      attack => predicted(attack, 'root', SEALED, NEWEST) === 'done',
    )
    // Root owns its own /proc/self, dumpable or not; what is in there is its own.
    const own = 'reads the environment that it was started with, from /proc/self/environ'
    // V8 needs executable memory, and libc may need libraries: both are open unless they are closed on purpose.
    const native = ON_LIBRARIES.map(({ name }) => name)
    expect(through.map(({ name }) => name)).to.deep.equal([own, ...native])
    const closed = through.filter(
      each => predicted(each, 'root', { ...SEALED, native: 'jitless' }, NEWEST) === 'done',
    )
    expect(closed.map(({ name }) => name)).to.deep.equal([own])
  })
})
