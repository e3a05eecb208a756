import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../../../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { policy } from '../policy/policies.ts'
import { containerWhitelist } from './container-whitelist.ts'
import { measure } from './measure.ts'

describe('a whitelist of about 300 names on amd64', () => {
  it('is at most 62 instructions, 7.5 executed on the weighted mean, 14 at worst', async () => {
    const architecture = await loadArchitecture('amd64')
    const names = containerWhitelist(architecture.table)
    expect(names.length).to.be.within(290, 310)
    const section = { default_action: 'errno', syscalls: [{ action: 'allow', names }] }
    const program = compile(merge(architecture, [policy(section)]), WEIGHTS)
    const { instructions, weighted, worst } = measure(program, architecture, WEIGHTS)
    expect(instructions).to.be.at.most(62)
    expect(weighted).to.be.at.most(7.5)
    expect(worst).to.be.at.most(14)
  })
})
