import { expect } from 'chai'
import fc from 'fast-check'
import { parse } from 'yaml'
import { ARCHITECTURES, loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../../lib/seccomp/compiler/program.ts'
import { exportPolicy } from '../../../lib/seccomp/export/formats.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { BLACKLIST, policy } from '../policy/policies.ts'
import { randomPolicy } from '../policy/random-policy.ts'

describe('seccomp export', () => {
  for (const name of ARCHITECTURES) {
    it(`${name}: what is exported as JSON or YAML compiles to the same program again`, async () => {
      const architecture = await loadArchitecture(name)
      fc.assert(
        fc.property(randomPolicy(architecture), randomPolicy(architecture), (random, above) => {
          const effective = merge(architecture, [random, above])
          const program = compile(effective)
          for (const format of ['json', 'yaml'] as const) {
            const text = exportPolicy(format, effective, program).content.toString()
            const again = merge(architecture, [policy(parse(text).seccomp)])
            expect(compile(again)).to.deep.equal(program)
          }
        }),
        { numRuns: 20 },
      )
    })
  }

  it('gives the raw program in the byte order of its architecture', async () => {
    for (const [name, first] of [
      ['amd64', [0x20, 0, 0, 0, 4, 0, 0, 0]],
      ['s390x', [0, 0x20, 0, 0, 0, 0, 0, 4]],
    ] as const) {
      const architecture = await loadArchitecture(name)
      const effective = merge(architecture, [policy(BLACKLIST)])
      const program = compile(effective)
      const { content: bytes } = exportPolicy('bpf', effective, program)
      expect(bytes).to.deep.equal(encode(program, architecture.endian))
      expect([...bytes.slice(0, 8)]).to.deep.equal(first)
    }
  })

  it('says in YAML where each name comes from', async () => {
    const architecture = await loadArchitecture('amd64')
    const effective = merge(architecture, [policy(BLACKLIST, 'beat.yml:5')])
    const { content: text } = exportPolicy('yaml', effective, compile(effective))
    expect(text).to.contain('    - execve # beat.yml:5\n')
  })
})
