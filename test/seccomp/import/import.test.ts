import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { formatPath } from '../../../lib/errors.ts'
import {
  type Architecture,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { toYaml } from '../../../lib/seccomp/export/yaml.ts'
import { importProfile } from '../../../lib/seccomp/import/import-profile.ts'
import { parseJson, readProfile } from '../../../lib/seccomp/import/read-profile.ts'
import { merge, unknownNames } from '../../../lib/seccomp/policy/merge.ts'
import { rulesHere } from '../../../lib/seccomp/policy/needs.ts'
import { ROOT } from '../../docs/page.ts'
import { policy } from '../policy/policies.ts'

/** The types of the raw JSON, so that the test is independent of the project's own reader. */
interface RawRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly RawArgument[] | null
  readonly includes?: RawFilter | null
  readonly excludes?: RawFilter | null
}
interface RawArgument {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: string
}
interface RawFilter {
  readonly arches?: readonly string[]
  readonly caps?: readonly string[]
  readonly minKernel?: string
}
interface RawProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly syscalls: readonly RawRule[]
}

const CAPS = ['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE', 'CAP_AUDIT_WRITE', 'CAP_SYS_TIME', 'CAP_BPF']
const KERNELS = [
  [4, 4],
  [6, 1],
] as const

function answer({ action, errnoRet = 1 }: Pick<RawRule, 'action' | 'errnoRet'>): number {
  if (action === 'SCMP_ACT_ALLOW') return 0x7fff0000
  if (action === 'SCMP_ACT_ERRNO') return 0x50000 + errnoRet
  throw new RangeError(action)
}

function isOn(
  { includes, excludes }: RawRule,
  arch: string,
  caps: readonly string[],
  [major, minor]: readonly [number, number],
): boolean {
  const isNew = (version: string) => {
    const [most = 0, least = 0] = version.split('.').map(Number)
    return major * 1000 + minor >= most * 1000 + least
  }
  if (includes?.arches && !includes.arches.includes(arch)) return false
  if (includes?.caps && !includes.caps.every(cap => caps.includes(cap))) return false
  if (includes?.minKernel && !isNew(includes.minKernel)) return false
  if (excludes?.arches?.includes(arch)) return false
  if (excludes?.caps?.some(cap => caps.includes(cap))) return false
  return !(excludes?.minKernel && isNew(excludes.minKernel))
}

function isMet({ op, index, value, valueTwo = 0 }: RawArgument, args: readonly bigint[]): boolean {
  const found = args[index] ?? 0n
  if (op === 'SCMP_CMP_EQ') return found === BigInt(value)
  if (op === 'SCMP_CMP_NE') return found !== BigInt(value)
  if (op === 'SCMP_CMP_MASKED_EQ') return (found & BigInt(value)) === BigInt(valueTwo)
  throw new RangeError(op)
}

/** The strictest verdict of the matching rules; a rule without arguments overrides all others. */
function reading(
  profile: RawProfile,
  on: readonly RawRule[],
  { table: { numbers } }: Architecture,
  name: string,
  args: readonly bigint[],
) {
  // What runc puts before the filter: nothing that is newer than the newest call of the profile exists.
  const newest = Math.max(...on.flatMap(({ names }) => names).map(each => numbers[each] ?? 0))
  if ((numbers[name] ?? 0) > newest) return 0x50026
  const named = on.filter(({ names }) => names.includes(name))
  const plain = named.find(({ args: tests }) => (tests ?? []).length === 0)
  if (plain) return answer(plain)
  const met = named.filter(({ args: tests }) => (tests ?? []).every(test => isMet(test, args)))
  if (met.length > 0) return Math.min(...met.map(answer))
  return answer({ action: profile.defaultAction, errnoRet: profile.defaultErrnoRet ?? 1 })
}

/** Arguments of 32 bits, which the kernel compares, and for which a 64-bit comparison gives the same. */
function argumentLists(rules: readonly RawRule[], name: string): readonly (readonly bigint[])[] {
  const tests = rules.filter(({ names }) => names.includes(name)).flatMap(({ args }) => args ?? [])
  const values = tests.flatMap(({ value, valueTwo = 0 }) => [value, valueTwo])
  const edges = values.flatMap(value => [value - 1, value, value + 1, value ^ 0x10000])
  const pool = [...new Set([0, 1, 2, 0x11, 0xffffffff, ...edges])].map(value =>
    BigInt.asUintN(32, BigInt(value)),
  )
  const lists: bigint[][] = []
  const used = [...new Set(tests.map(({ index }) => index))]
  const fill = (at: number, list: readonly bigint[]): void => {
    const index = used[at]
    if (index === undefined) lists.push([...list])
    else for (const value of pool) fill(at + 1, list.with(index, value))
  }
  fill(0, [0n, 0n, 0n, 0n, 0n, 0n])
  return lists
}

function read(value: unknown) {
  const problems: string[] = []
  const profile = readProfile(value, [], (path, message) => {
    problems.push(`${formatPath(path)}: ${message}`)
  })
  return { profile, problems }
}

function imported(value: unknown, architecture: Architecture, caps: readonly string[] = []) {
  const { profile, problems } = read(value)
  if (!profile || problems.length > 0) throw new TypeError(problems.join('\n'))
  return importProfile(profile, architecture, { caps: new Set(caps), kernel: [6, 1] })
}

describe('seccomp import', () => {
  for (const file of ['docker', 'podman']) {
    const text = readFileSync(`${ROOT}test/seccomp/import/oci/${file}.json`, 'utf8')
    for (const name of ['amd64', 'arm64', 's390x'] as const) {
      it(`${file}, ${name}: every call is answered as the JSON says`, async () => {
        const architecture = await loadArchitecture(name)
        const raw: RawProfile = JSON.parse(text)
        const { profile, problems } = read(parseJson(text))
        if (!profile) throw new TypeError('no profile')
        expect(problems).to.deep.equal([])
        for (const caps of [[], CAPS, ...CAPS.map(cap => [cap])]) {
          for (const kernel of KERNELS) {
            const on = raw.syscalls.filter(rule => isOn(rule, name, caps, kernel))
            const target = { caps: new Set(caps), kernel }
            const ours = importProfile(profile, architecture, target)
            const text = toYaml(merge(architecture, [ours.policy]), undefined, ours.elsewhere)
            const read = await rulesHere(architecture, policy(parse(text).seccomp))
            expect(unknownNames(architecture, read)).to.deep.equal([])
            const program = compile(merge(architecture, [read]))
            const { audit, endian, table } = architecture
            for (const [call, number] of Object.entries(table.numbers)) {
              for (const args of argumentLists(on, call)) {
                const { value } = simulate(program, { audit, number, args }, endian)
                expect(value, `${call}(${args})`).to.equal(
                  reading(raw, on, architecture, call, args),
                )
              }
            }
          }
        }
      })
    }
  }

  it('reports everything that is wrong, with its path', () => {
    const { problems } = read({
      defaultAction: 'SCMP_ACT_ALOW',
      syscalls: [
        { names: 'read', action: 'SCMP_ACT_ALLOW' },
        { names: ['read'], action: 'SCMP_ACT_ERRNO', errnoRet: 1e9, includes: { minKernel: 4 } },
        { action: 'SCMP_ACT_LOG', args: [{ index: 9, op: '==', value: -1 }], nmaes: [] },
      ],
    })
    expect(problems.map(problem => problem.split(':')[0])).to.deep.equal([
      'defaultAction',
      'syscalls[0].names',
      'syscalls[1].errnoRet',
      'syscalls[1].includes.minKernel',
      'syscalls[2].nmaes',
      'syscalls[2].names',
      'syscalls[2].args[0].index',
      'syscalls[2].args[0].op',
      'syscalls[2].args[0].value',
    ])
  })

  const rule = (action: string, args: unknown = null, names = ['prctl']) => ({
    names,
    action,
    args,
  })
  const eq = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' })
  const profile = (...syscalls: unknown[]) => ({ defaultAction: 'SCMP_ACT_ERRNO', syscalls })
  const notes: readonly (readonly [what: string, value: unknown, note: RegExp])[] = [
    [
      'a name that no architecture has, and one of another with conditions',
      profile(
        rule('SCMP_ACT_ALLOW', [], ['nope', 'statfs64']),
        rule('SCMP_ACT_ALLOW', [eq(0, 1)], ['fcntl64']),
      ),
      /^syscalls\[0\]: not on amd64: nope\nsyscalls\[1\]: not on amd64: fcntl64$/,
    ],
    ['a supervisor', profile(rule('SCMP_ACT_NOTIFY')), /ENOSYS/],
    ['alternatives', profile(rule('SCMP_ACT_ALLOW', [eq(0, 1), eq(0, 2)])), /alternatives/],
    [
      'a rule that has no effect',
      profile(rule('SCMP_ACT_LOG', [eq(0, 1)]), rule('SCMP_ACT_ALLOW')),
      /no effect, as syscalls\[1\] decides/,
    ],
    ['a comparison of 64 bits', profile(rule('SCMP_ACT_ALLOW', [eq(0, 1)])), /low 32 bits/],
    [
      'overlapping conditions',
      profile(rule('SCMP_ACT_LOG', [eq(0, 1)]), rule('SCMP_ACT_ALLOW', [eq(1, 1)])),
      /syscalls\[0\]: prctl: where syscalls\[1\] matches too, that one decides/,
    ],
    [
      'what a tracer would be told',
      profile({ names: ['read'], action: 'SCMP_ACT_TRACE', errnoRet: 7 }),
      /syscalls\[0\]: the tracer's message is not carried over/,
    ],
    ['a flag', { ...profile(), flags: ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'] }, /not carried over/],
    ['an error without a name', profile({ ...rule('SCMP_ACT_ERRNO'), errnoRet: 4000 }), /EPERM/],
  ]
  for (const [what, value, note] of notes) {
    it(`says what can't be carried over: ${what}`, async () => {
      const found = imported(value, await loadArchitecture('amd64'))
      expect(found.notes.join('\n')).to.match(note)
    })
  }

  it('says it in the order of the profile', async () => {
    const values = [1, 3, 2].map(value => rule('SCMP_ACT_ALLOW', [eq(0, value)]))
    const { notes } = imported(profile(...values), await loadArchitecture('amd64'))
    expect(notes.map(note => note.split(':')[0])).to.deep.equal([
      'syscalls[0]',
      'syscalls[1]',
      'syscalls[2]',
    ])
  })

  it('keeps the calls of other architectures, as what need not exist', async () => {
    const amd64 = await loadArchitecture('amd64')
    const value = profile(
      rule('SCMP_ACT_ALLOW', [], ['read', 'statfs64', 'sigreturn', 'recv']),
      rule('SCMP_ACT_TRAP', [], ['statfs64']),
      rule('SCMP_ACT_ERRNO', [], ['_llseek']),
    )
    const found = imported(value, amd64)
    const { seccomp } = parse(toYaml(merge(amd64, [found.policy]), undefined, found.elsewhere))
    expect(seccomp.syscalls.at(-1)).to.deep.equal({
      action: 'allow',
      must_exist: false,
      names: ['statfs64', 'sigreturn', 'recv'],
    })
    const on386 = imported(value, await loadArchitecture('386'))
    expect(on386.elsewhere, 'recv goes through socketcall').to.deep.equal([])
  })

  it('reads a file with a byte order mark', () => {
    expect(parseJson('\ufeff{"a": 1}')).to.deep.equal({ a: 1 })
  })

  it('takes two conditions on one argument for alternatives, as runc does', async () => {
    const architecture = await loadArchitecture('amd64')
    const value = profile(rule('SCMP_ACT_ALLOW', [eq(0, 1), eq(0, 2)]))
    const program = compile(merge(architecture, [imported(value, architecture).policy]))
    const { audit, table } = architecture
    const number = table.numbers['prctl'] ?? 0
    const found = [1n, 2n, 3n].map(arg =>
      simulate(program, { audit, number, args: [arg] }, 'little'),
    )
    expect(found.map(each => each.value)).to.deep.equal([0x7fff0000, 0x7fff0000, 0x50001])
  })

  it('reads words of 64 bits to the last digit', () => {
    const text = '{"a": 18446744073709551615, "b": "12345678901234567890", "c": [9007199254740993]}'
    expect(parseJson(text)).to.deep.equal({
      a: '18446744073709551615',
      b: '12345678901234567890',
      c: ['9007199254740993'],
    })
  })
})
