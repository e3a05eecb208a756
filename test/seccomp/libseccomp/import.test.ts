import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Architecture,
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { type Call, simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { importProfile } from '../../../lib/seccomp/import/import-profile.ts'
import { readProfile } from '../../../lib/seccomp/import/read-profile.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { ROOT } from '../../docs/page.ts'
import { skip } from '../../live.ts'
import { holds } from '../compiler/oracle.ts'
import { boundaryCalls, everyNumber } from './calls.ts'
import { handedOver, type Overlap, overlappingRules, type RawProfile } from './profiles.ts'
import {
  knownNames,
  RefusedRules,
  referenceProblem,
  referencePrograms,
  type SharedPolicy,
} from './reference.ts'

/** Random profiles for each test; `SEED=2` tries others. */
const PROFILES = 100
const ENOSYS = 0x50026

interface Compared {
  readonly calls: number
  /** Where libseccomp gives what no rule says that matches: it loses rules that share a part of their tests. */
  readonly mistaken: number
  /** Where it gives what another matching rule says than the one that we chose. */
  readonly different: readonly string[]
}

function compare(
  architecture: Architecture,
  raw: RawProfile,
  known: ReadonlySet<string>,
  isAsked: (call: Call) => boolean = () => true,
): Compared {
  const shared = handedOver(raw, known)
  const [theirs] = referencePrograms(architecture, [shared])
  if (!theirs) throw new RangeError('no program')
  const profile = readProfile(raw, [], (_, message) => expect.fail(message))
  if (!profile) throw new TypeError('no profile')
  const { policy } = importProfile(profile, architecture, { caps: new Set(), kernel: [6, 1] })
  const ours = compile(merge(architecture, [policy]))
  const answer = (program: typeof ours, call: Call) =>
    simulate(program, call, architecture.endian).value
  const calls = callsFor(architecture, shared, known).filter(isAsked)
  let mistaken = 0
  const different: string[] = []
  for (const call of calls) {
    const [we, they] = [answer(ours, call), answer(theirs.linear, call)]
    if (we === they || we === ENOSYS) continue
    const said = `${call.number}(${call.args ?? ''}): ${hex(we)}, libseccomp ${hex(they)}`
    const right = possibleAnswers(architecture, shared, call)
    expect(right.has(we), said).to.equal(true)
    if (right.has(they)) different.push(said)
    else mistaken++
  }
  return { calls: calls.length, mistaken, different }
}

/** What the rules that match a call answer, or the default where none does. */
function possibleAnswers(
  architecture: Architecture,
  { otherwise, rules }: SharedPolicy,
  { number, args = [] }: Call,
): ReadonlySet<number> {
  const matching = rules.filter(
    ({ name, conditions }) =>
      architecture.table.numbers[name] === number &&
      conditions.every(each => holds(architecture, name, each, args)),
  )
  return new Set(matching.length > 0 ? matching.map(({ value }) => value) : [otherwise])
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

/** Every call that both know, those at the edges of each condition, and what the multiplexers can make. */
function callsFor(
  architecture: Architecture,
  shared: SharedPolicy,
  known: ReadonlySet<string>,
): readonly Call[] {
  const { audit, table } = architecture
  const numbers = new Set([...known].map(name => table.numbers[name] ?? -1))
  const multiplexed = ['socketcall', 'ipc'].flatMap(name => {
    const number = table.numbers[name]
    if (number === undefined) return []
    return Array.from({ length: 26 }, (_, at) => ({ audit, number, args: [BigInt(at)] }))
  })
  const all = [...everyNumber(architecture), ...boundaryCalls(architecture, shared), ...multiplexed]
  return all.filter(({ number }) => numbers.has(number))
}

describe('seccomp import: what libseccomp makes of a profile', () => {
  before(function () {
    const problem = referenceProblem()
    if (problem) skip(this, problem)
  })

  /** Compares random profiles. */
  async function compareMany(name: string, shape: Overlap): Promise<Compared> {
    const architecture = await loadArchitecture('amd64')
    const seed = Number(process.env['SEED'] ?? 1)
    const sample = { seed, numRuns: PROFILES }
    const isAsked = ({ args = [] }: Call) => shape.large || args.every(each => each < 2n ** 32n)
    let [calls, mistaken, refused] = [0, 0, 0]
    const different: string[] = []
    for (const raw of fc.sample(overlappingRules(architecture, name, shape), sample)) {
      try {
        const found = compare(architecture, raw, new Set([name]), isAsked)
        calls += found.calls
        mistaken += found.mistaken
        different.push(...found.different.map(each => `${each} of ${JSON.stringify(raw)}`))
      } catch (error) {
        if (!(error instanceof RefusedRules)) throw error
        refused++
      }
    }
    console.log(
      `      ${calls} calls, ${mistaken} of them mistaken by libseccomp, ${different.length} decided ` +
        `by another matching rule; ${refused} profiles refused`,
    )
    expect(refused).to.be.below(PROFILES / 4)
    return { calls, mistaken, different }
  }

  for (const name of ['mmap', 'prctl']) {
    it(`two rules for ${name} that overlap: the same one decides`, async () => {
      const found = await compareMany(name, { rules: 2, conditions: 1, large: false })
      expect(found.different).to.deep.equal([])
      expect(found.mistaken).to.equal(0)
    })
  }

  // With more of them, and in upper halves, libseccomp joins tests: docs/seccomp.md.
  it('many rules, of all 64 bits: the same one decides, with few exceptions', async () => {
    const found = await compareMany('mmap', { rules: 4, conditions: 2, large: true })
    expect(found.different.length / found.calls).to.be.below(0.05)
    expect(found.mistaken / found.calls).to.be.below(0.05)
  })

  for (const file of ['docker', 'podman']) {
    const names: readonly ArchitectureName[] = [
      'amd64',
      '386',
      'arm64',
      'arm',
      'ppc64le',
      'riscv64',
    ]
    for (const name of names) {
      it(`${file} on ${name}: the same answer to every call that it knows`, async () => {
        const architecture = await loadArchitecture(name)
        const raw: RawProfile = JSON.parse(
          readFileSync(`${ROOT}test/seccomp/import/oci/${file}.json`, 'utf8'),
        )
        // What depends on capabilities and architectures is compared with a plain reading elsewhere.
        const syscalls = raw.syscalls.filter(({ includes, excludes }) => {
          return Object.keys({ ...includes, ...excludes }).length === 0
        })
        const found = compare(architecture, { ...raw, syscalls }, knownNames(architecture))
        expect(found.different).to.deep.equal([])
        expect(found.mistaken).to.equal(0)
        expect(found.calls).to.be.above(250)
      })
    }
  }
})
