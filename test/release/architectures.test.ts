import { expect } from 'chai'
import { chooseTargets } from '../../tools/release/architectures.ts'

describe('the architectures of a release', () => {
  it("are this machine's own, whatever is asked for, with its own compiler", () => {
    const [own, ...others] = chooseTargets('').chosen
    expect(own).to.deep.equal({ arch: process.arch, prefix: '' })
    expect(others).to.deep.equal([])
  })

  it('are by default all that there is a compiler for; the others are told', () => {
    const { chosen, missing } = chooseTargets(undefined)
    const all = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']
    expect([...chosen.map(({ arch }) => arch), ...missing]).to.include.members(all)
  })

  it('are refused where nothing compiles for them', () => {
    expect(() => chooseTargets('mips,vax')).to.throw('RELEASE_ARCHS: no compiler for mips, vax')
  })
})
