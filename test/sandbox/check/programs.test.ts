import { expect } from 'chai'
import { programFindings } from '../../../lib/sandbox/check/programs.ts'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { policy } from '../../seccomp/policy/policies.ts'
import { linesOf } from './findings.ts'

describe('sandbox check: programs', () => {
  const decide = async (names: readonly string[]) => {
    const written = { default_action: 'errno', syscalls: [{ action: 'allow', names }] }
    return merge(await loadArchitecture('amd64'), [policy(written)])
  }
  const nothing = { executes: [] }

  it('warns of a policy that lets them be started while nothing is declared', async () => {
    const lines = linesOf(programFindings(await decide(['execve']), nothing, true))
    expect(lines.join()).to.match(/^warning: the policy allows execve, but nothing .* in executes/)
  })

  it('is content if one is declared, if the policy denies it, and without a domain', async () => {
    const executes = [{ what: '/bin/true', who: 'beat web', why: 'asks' }]
    expect(programFindings(await decide(['execve']), { executes }, true)).to.deep.equal([])
    expect(programFindings(await decide(['read']), nothing, true)).to.deep.equal([])
    expect(programFindings(await decide(['execve']), nothing, false)).to.deep.equal([])
  })
})
