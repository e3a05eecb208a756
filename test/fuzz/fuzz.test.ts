import { expect } from 'chai'
import { compilerTarget } from './compiler.ts'
import { fuzz, type Target } from './fuzz.ts'
import { processorsTarget } from './processors.ts'
import { profileTarget } from './profile.ts'
import { sectionTarget } from './section.ts'
import { SIMULATOR } from './simulator.ts'

/** Inputs per part; `make fuzz` tries a million. */
const RUNS = 1500
const SEED = 1

function holds<T>(target: Target<T>): void {
  const { failure, accepted, inputs } = fuzz(target, RUNS, SEED)
  expect(failure, failure).to.equal(undefined)
  expect(inputs).to.equal(RUNS)
  expect(accepted, 'inputs that reach the inside').to.be.above(RUNS / 20)
}

describe('fuzzing', () => {
  it('the simulator against another interpreter of the same bytes', () => holds(SIMULATOR))

  it('the seccomp: section', async () => holds(await sectionTarget()))

  it('the OCI import', async () => holds(await profileTarget()))

  it('the compiler against a plain reading', async () => holds(await compilerTarget()))

  it('chains of processors', async () => holds(await processorsTarget()))

  it('finds what does not hold, and makes it small', () => {
    const wrong = { ...SIMULATOR, holds: () => expect.fail('never right') }
    expect(fuzz(wrong, 10, SEED).failure).to.contain('never right')
  })
})
