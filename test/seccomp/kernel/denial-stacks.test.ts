import { promisify } from 'node:util'
import { expect } from 'chai'
import { DenialStacks } from '../../../lib/seccomp/kernel/denial-stacks.ts'

/** A module like Node's, whose functions are denied number 137 now and then. */
function denied() {
  let last = 0
  const deny = () => {
    last = (Math.floor(last / 1024) + 1) * 1024 + 137
  }
  const module = {
    statfsSync(word: string) {
      const rest = module.innocent()
      deny()
      return `${word} ${rest}`
    },
    throwing() {
      deny()
      throw new Error('EPERM')
    },
    innocent: () => 'no',
    Stats: class {},
    constant: 1,
  }
  Object.assign(module.statfsSync, { [promisify.custom]: 'kept' })
  const stacks = new DenialStacks(() => last)
  const { Stats } = module
  stacks.wrapAll(module)
  expect(module.Stats, 'a class is left alone').to.equal(Stats)
  return { module, stacks, deny }
}

describe('diagnose: where the main thread was', () => {
  it('is the caller of the function that was denied', () => {
    const { module, stacks } = denied()
    expect(
      (function measure() {
        return module.statfsSync('yes')
      })(),
    ).to.equal('yes no')
    const stack = stacks.take(137)
    expect(stack?.split('\n')[0]).to.match(/^at measure \(.*denial-stacks\.test/)
    expect(stacks.take(137), 'told once').to.equal(undefined)
  })

  it('is known of a function that throws, too', () => {
    const { module, stacks } = denied()
    expect(() => module.throwing()).to.throw('EPERM')
    expect(stacks.take(137)).to.contain('denial-stacks.test')
  })

  it('is the first of many, until it is taken', () => {
    const { module, stacks } = denied()
    const first = () => module.statfsSync('')
    const second = () => module.statfsSync('')
    first()
    second()
    expect(stacks.take(137)).to.match(/^at first /)
  })

  it('blames nobody for what was denied elsewhere', () => {
    const { module, stacks, deny } = denied()
    deny()
    expect(module.innocent()).to.equal('no')
    expect(stacks.take(137)).to.equal(undefined)
  })

  it('leaves a function its name and what belongs to it', () => {
    const { module } = denied()
    expect(module.statfsSync).to.include({ name: 'statfsSync', length: 1 })
    expect(Reflect.get(module.statfsSync, promisify.custom)).to.equal('kept')
  })
})
