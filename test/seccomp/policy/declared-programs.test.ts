// The program of what is declared, held against a plain reading of its layers, on every architecture.
import { expect } from 'chai'
import {
  ARCHITECTURES,
  loadArchitecture,
  recordOf,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../../../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { builtinPolicy } from '../../../lib/seccomp/policy/builtin.ts'
import { codeRules } from '../../../lib/seccomp/policy/executable-memory.ts'
import { type Declared, loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import type { Policy } from '../../../lib/seccomp/policy/policy.ts'
import { socketLayer } from '../../../lib/seccomp/policy/sockets.ts'
import { plainReading } from '../compiler/oracle.ts'

/** What may be declared, from nothing to everything that a filter tells apart. */
const DECLARED: Readonly<Record<string, Declared>> = {
  'no sockets': {
    needs: [],
    sockets: { families: {}, connect: undefined, bind: undefined, listen: undefined },
  },
  'a client': {
    needs: [],
    sockets: { families: { AF_INET: 'a' }, connect: 'a', bind: 'a', listen: undefined },
  },
  'a local server, nothing compiled': {
    needs: [],
    sockets: { families: { AF_UNIX: 'a' }, connect: 'a', bind: 'a', listen: 'a' },
    jitless: true,
  },
}

/** Values that the rules of the default policies tell apart, and their neighbours, for every argument. */
const WORDS = [0n, 1n, 2n, 3n, 4n, 7n, 10n, 16n, 0x22n, 0o644n, 0o4755n, 0o100n, 0x20000000n]

describe('the program of what is declared', () => {
  for (const name of ARCHITECTURES.filter(each => recordOf(each).policy)) {
    for (const [what, declared] of Object.entries(DECLARED)) {
      it(`${name}, ${what}: answers as its layers read`, async () => {
        const [architecture, builtin, policy] = await Promise.all([
          loadArchitecture(name),
          builtinPolicy(name),
          loadPolicy(name, { mode: 'extend', policy: undefined }, declared),
        ])
        if (!builtin || !policy || !declared.sockets) throw new Error('there is no policy')
        const { audit, endian, table } = architecture
        const limits = { jitless: declared.jitless === true, libraries: 'allow' } as const
        const layers: Policy[] = [
          builtin,
          socketLayer(architecture, builtin, declared.sockets, 'errno'),
          { ...builtin, rules: [...codeRules(architecture, limits)] },
        ]
        const read = plainReading(architecture, layers)
        const program = compile(policy, WEIGHTS)
        for (const [call, number] of Object.entries(table.numbers)) {
          for (const [at, word] of WORDS.entries()) {
            const next = WORDS[(at * 5 + 3) % WORDS.length] ?? 0n
            const made = { audit, number, args: [word, word, next, word, 0n, 0n] }
            const expected = returnValue(read(made), architecture.errno)
            expect(simulate(program, made, endian).value, `${call}(${made.args})`).to.equal(
              expected,
            )
          }
        }
      })
    }
  }
})
