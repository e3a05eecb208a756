import { expect } from 'chai'
import { formatPath } from '../../../lib/errors.ts'
import { parseKernelVersion } from '../../../lib/seccomp/import/profile.ts'
import { parseJson, readProfile } from '../../../lib/seccomp/import/read-profile.ts'

function read(value: unknown) {
  const problems: string[] = []
  const profile = readProfile(value, [], (path, message) => {
    problems.push(`${formatPath(path)}: ${message}`)
  })
  return { profile, problems }
}

const ALLOW = { defaultAction: 'SCMP_ACT_ALLOW' }
const RULE = { names: ['read'], action: 'SCMP_ACT_ERRNO' }
const TEST = { index: 0, value: 1, op: 'SCMP_CMP_EQ' }
const profile = (...syscalls: unknown[]) => ({ ...ALLOW, syscalls })
const rule = (more: object) => profile({ ...RULE, ...more })
const test = (more: object) => rule({ args: [{ ...TEST, ...more }] })

const NOTHING = { arches: [], caps: [] }
const READ = { index: 0, names: ['read'], args: [], includes: NOTHING, excludes: NOTHING }

describe('a profile of a container runtime', () => {
  const refused: readonly (readonly [what: string, value: unknown, ...problems: string[]])[] = [
    ['no map', [], ': must be a map, not a list'],
    ['nothing', null, ': must be a map, not nothing'],
    [
      'a misspelt key',
      { ...ALLOW, sycalls: [] },
      'sycalls: unknown key (did you mean "syscalls"?)',
    ],
    ['no default action', { syscalls: [] }, 'defaultAction: is required: one of SCMP_ACT_KILL, '],
    ['a default action of null', { defaultAction: null }, 'defaultAction: is required: one of '],
    [
      'an error that no kernel has',
      { ...ALLOW, defaultErrnoRet: 4096 },
      'defaultErrnoRet: must be a whole number from 0 to 4095, not 4096',
    ],
    [
      'an error name that is none',
      { ...ALLOW, defaultErrno: 7 },
      'defaultErrno: must be a name, not 7',
    ],
    [
      'no list',
      { ...ALLOW, architectures: 'SCMP_ARCH_X86', flags: {}, syscalls: 'x' },
      'syscalls: must be a list, not "x"',
      'architectures: must be a list, not "SCMP_ARCH_X86"',
      'flags: must be a list, not a map',
    ],
    ['a flag that is none', { ...ALLOW, flags: [1] }, 'flags[0]: must be a name, not 1'],
    ['a rule that is none', profile(RULE, 7), 'syscalls[1]: must be a map, not 7'],
    ['a rule without names', rule({ names: undefined }), 'syscalls[0].names: is required'],
    ['a rule without an action', rule({ action: undefined }), 'syscalls[0].action: is required'],
    [
      'an unknown action',
      rule({ action: 'SCMP_ACT_DENY' }),
      'syscalls[0].action: unknown action "SCMP_ACT_DENY"',
    ],
    ['name and names', rule({ name: 'write' }), 'syscalls[0].name: can’t be combined with names'],
    [
      'a name that is none',
      rule({ name: 7, names: null }),
      'syscalls[0].name: must be a name, not 7',
    ],
    ['an empty name', rule({ names: [''] }), 'syscalls[0].names[0]: must be a name, not ""'],
    [
      'an error below 0',
      rule({ errnoRet: -1 }),
      'syscalls[0].errnoRet: must be a whole number from 0 to 4095, not -1',
    ],
    [
      'an error of a rule that is no name',
      rule({ errno: 7 }),
      'syscalls[0].errno: must be a name, not 7',
    ],
    [
      'filters whose lists are none',
      rule({ includes: { arches: 'amd64' }, excludes: { caps: 'CAP_BPF' } }),
      'syscalls[0].includes.arches: must be a list, not "amd64"',
      'syscalls[0].excludes.caps: must be a list, not "CAP_BPF"',
    ],
    [
      'a seventh argument',
      test({ index: 6 }),
      'syscalls[0].args[0].index: must be a whole number from 0 to 5, not 6',
    ],
    [
      'no index',
      test({ index: undefined }),
      'syscalls[0].args[0].index: must be a whole number from 0 to 5, not nothing',
    ],
    ['no operator', test({ op: undefined }), 'syscalls[0].args[0].op: unknown op nothing: one of '],
    [
      'a broken value',
      test({ value: 1.5 }),
      'syscalls[0].args[0].value: must be a whole number from 0 to 18446744073709551615, not 1.5',
    ],
    ['an inexact value', test({ value: 2 ** 60 }), 'syscalls[0].args[0].value: must be a whole'],
    [
      'a value of 65 bits',
      test({ valueTwo: '18446744073709551616' }),
      'syscalls[0].args[0].valueTwo: must be a whole',
    ],
    [
      'digits behind something else',
      test({ value: 'x1234567890123456' }),
      'syscalls[0].args[0].value: must be a whole',
    ],
    [
      'digits before something else',
      test({ value: '1234567890123456x' }),
      'syscalls[0].args[0].value: must be a whole',
    ],
    ['a value in quotes', test({ value: '1' }), 'syscalls[0].args[0].value: must be a whole'],
    ['an argument that is none', rule({ args: ['x'] }), 'syscalls[0].args[0]: must be a map'],
    [
      'a filter with a misspelt key',
      rule({ includes: { arch: ['amd64'] } }),
      'syscalls[0].includes.arch: unknown key',
    ],
    [
      'a kernel that is none',
      rule({ excludes: { minKernel: '4' } }),
      'syscalls[0].excludes.minKernel: must be a version such as "4.8", not "4"',
    ],
  ]
  for (const [what, value, ...expected] of refused) {
    it(`is refused with ${what}`, () => {
      const { problems } = read(value)
      expect(problems.length, problems.join('\n')).to.equal(expected.length)
      expected.forEach((start, at) => {
        expect(problems[at]?.startsWith(start), problems[at]).to.equal(true)
      })
    })
  }

  it('may leave out what Go writes as null, or not at all', () => {
    const nulls = { args: null, includes: null, excludes: { caps: null }, comment: 'x' }
    const value = { ...ALLOW, architectures: null, flags: null, syscalls: [{ ...RULE, ...nulls }] }
    expect(
      read({ ...value, archMap: null, listenerPath: '/x', listenerMetadata: 'y' }),
    ).to.deep.equal({
      profile: {
        defaultAction: { action: 'SCMP_ACT_ALLOW' },
        architectures: [],
        flags: [],
        syscalls: [{ ...READ, action: 'SCMP_ACT_ERRNO' }],
      },
      problems: [],
    })
    expect(read(ALLOW).profile?.syscalls).to.deep.equal([])
  })

  it('has errors by number, or by name as Podman writes them, which counts more', () => {
    const errors = [{ errnoRet: 0 }, { errnoRet: 38 }, { errno: 'EIO', errnoRet: 1 }, { errno: '' }]
    const found = read(profile(...errors.map(each => ({ ...RULE, ...each }))))
    expect(found.problems).to.deep.equal([])
    expect(found.profile?.syscalls.map(({ errno }) => errno)).to.deep.equal([
      0,
      38,
      'EIO',
      undefined,
    ])
    const top = { defaultAction: 'SCMP_ACT_ERRNO', defaultErrno: 'ENOSYS', defaultErrnoRet: 1 }
    expect(read(top).profile?.defaultAction).to.deep.equal({
      action: 'SCMP_ACT_ERRNO',
      errno: 'ENOSYS',
    })
  })

  it('may have one name, as Docker wrote it before 1.13', () => {
    const names = [{ name: 'write', names: [] }, { name: 'write', names: null }, { name: '' }]
    const found = read(profile(...names.map(each => ({ ...RULE, ...each }))))
    expect(found.problems).to.deep.equal([])
    expect(found.profile?.syscalls.map(each => each.names)).to.deep.equal([
      ['write'],
      ['write'],
      ['read'],
    ])
  })

  it('keeps the places of rules behind one that is wrong, which does nothing', () => {
    const { profile: found } = read(profile(7, RULE))
    expect(found?.syscalls.map(({ index, names }) => [index, names])).to.deep.equal([
      [0, []],
      [1, ['read']],
    ])
  })

  it('is read as far as it can be: what is wrong is left out', () => {
    const wrong = [
      7,
      {
        ...RULE,
        action: 'SCMP_ACT_DENY',
        args: [
          { ...TEST, index: 9 },
          { ...TEST, op: '==' },
        ],
      },
      {
        ...RULE,
        names: ['read', 7],
        args: 'x',
        includes: { arches: 'amd64', caps: ['CAP_BPF', 1] },
      },
    ]
    const found = read({ ...ALLOW, flags: 'x', syscalls: wrong }).profile
    const includes = { arches: [], caps: ['CAP_BPF'] }
    expect(found).to.deep.equal({
      defaultAction: { action: 'SCMP_ACT_ALLOW' },
      architectures: [],
      flags: [],
      syscalls: [
        { ...READ, names: [], action: 'SCMP_ACT_ERRNO' },
        { ...READ, index: 1, action: 'SCMP_ACT_ERRNO' },
        { ...READ, index: 2, action: 'SCMP_ACT_ERRNO', includes },
      ],
    })
  })

  it('has words of 64 bits, and 0 where a value is left out', () => {
    const written = parseJson(
      '{"index": 5, "value": 18446744073709551615, "valueTwo": 1234567890123456, "op": "SCMP_CMP_MASKED_EQ"}',
    )
    const found = read(rule({ args: [written, { index: 0, op: 'SCMP_CMP_NE' }] }))
    expect(found.problems).to.deep.equal([])
    expect(found.profile?.syscalls[0]?.args).to.deep.equal([
      { index: 5, op: 'SCMP_CMP_MASKED_EQ', value: 2n ** 64n - 1n, valueTwo: 1234567890123456n },
      { index: 0, op: 'SCMP_CMP_NE', value: 0n, valueTwo: 0n },
    ])
  })

  it('keeps text as it is, also with long numbers and quotes in it', () => {
    const text =
      '{"a": "x 12345678901234567890 \\" 12345678901234567890", "b": 1.2345678901234567890}'
    expect(parseJson(text)).to.deep.equal(JSON.parse(text))
    expect(parseJson('[123456789012345, 1234567890123456]')).to.deep.equal([
      123456789012345,
      '1234567890123456',
    ])
    const others =
      '[-1234567890123456789, 1234567890123456.5, 1234567890123456e2, 1e-0000000000000002]'
    expect(parseJson(`\ufeff${others}`)).to.deep.equal(JSON.parse(others))
    expect(() => parseJson(`[]\ufeff`)).to.throw(SyntaxError)
  })

  it('says what is wrong with JSON in the words and at the place of what was written', () => {
    const broken = '{"a": 12345678901234567890, "b" 1}'
    const messageOf = (read: (text: string) => unknown) => {
      try {
        return read(broken)
      } catch (error) {
        return String(error)
      }
    }
    expect(messageOf(parseJson)).to.equal(messageOf(JSON.parse))
  })

  it('has kernels by their first two numbers', () => {
    const versions = ['4.8', '6.1.0-18-amd64', '10.12345', '4', 'v4.8', '', '12345.1', '5.10-rc1']
    expect(versions.map(parseKernelVersion)).to.deep.equal([
      ...[[4, 8], [6, 1], undefined, undefined],
      ...[undefined, undefined, undefined, [5, 10]],
    ])
  })
})
