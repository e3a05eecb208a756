import { expect } from 'chai'
import {
  type Architecture,
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { importProfile } from '../../../lib/seccomp/import/import-profile.ts'
import { readProfile } from '../../../lib/seccomp/import/read-profile.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'

function imported(value: unknown, architecture: Architecture) {
  const profile = readProfile(value, [], (_, message) => {
    throw new TypeError(message)
  })
  if (!profile) throw new TypeError('no profile')
  return importProfile(profile, architecture, { caps: new Set(), kernel: [6, 1] })
}

const DENIED = { action: 'SCMP_ACT_ERRNO', errnoRet: 13 }

/** What a policy that is imported for an architecture answers to one call. */
async function answerOn(
  name: ArchitectureName,
  value: unknown,
  call: string,
  ...args: readonly bigint[]
): Promise<number> {
  const architecture = await loadArchitecture(name)
  const program = compile(merge(architecture, [imported(value, architecture).policy]))
  const { audit, table, endian } = architecture
  const number = table.numbers[call] ?? -1
  return simulate(program, { audit, number, args }, endian).value
}
const ALLOWED = 0x7fff0000
const EACCES = 0x5000d
const EPERM = 0x50001
const MISSING = 0x50026 // ENOSYS
const denying = (name: string, argument: object, more: object = {}) => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ ...DENIED, names: [name], args: [{ index: 0, ...argument }], ...more }],
})

const MULTIPLEXED = ['386', 's390x', 'ppc64le'] as const

describe('seccomp import, where libseccomp has ways of its own', () => {
  it('masks both sides of a masked comparison, as libseccomp does', async () => {
    const value = denying('clone', { value: 65280, valueTwo: 1000, op: 'SCMP_CMP_MASKED_EQ' })
    expect(await answerOn('amd64', value, 'clone', 0x300n)).to.equal(EACCES)
    expect(await answerOn('amd64', value, 'clone', 0x3ffn)).to.equal(EACCES)
    expect(await answerOn('amd64', value, 'clone', 0x400n)).to.equal(ALLOWED)
  })

  it('takes a negative number of 64 bits for one of an int', async () => {
    const minusOne = JSON.parse('{"value": "18446744073709551615", "op": "SCMP_CMP_EQ"}')
    const value = denying('personality', minusOne)
    for (const given of [0xffffffffn, 0xffffffffffffffffn]) {
      expect(await answerOn('amd64', value, 'personality', given)).to.equal(EACCES)
    }
    expect(await answerOn('amd64', value, 'personality', 0xfffffffen)).to.equal(ALLOWED)
    const other = denying('personality', { value: 2 ** 40 + 1, op: 'SCMP_CMP_EQ' })
    expect(await answerOn('amd64', other, 'personality', 1n), 'no int').to.equal(ALLOWED)
  })

  it('decides among several rules that match as libseccomp does', async () => {
    const rule = (action: object, ...args: readonly object[]) => ({
      ...action,
      names: ['mmap'],
      args,
    })
    const allow = { action: 'SCMP_ACT_ALLOW' }
    const at = (op: string, value: number, valueTwo = 0) => ({
      index: 0,
      op: `SCMP_CMP_${op}`,
      value,
      valueTwo,
    })
    const value = {
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [
        rule(allow, at('EQ', 8)),
        rule(allow, at('MASKED_EQ', 5, 1)),
        rule(DENIED, at('EQ', 1)),
      ],
    }
    expect(await answerOn('amd64', value, 'mmap', 1n)).to.equal(EACCES)
    expect(await answerOn('amd64', value, 'mmap', 3n)).to.equal(ALLOWED)
  })

  it('denies a call of ipc(2) in every version', async () => {
    const value = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ ...DENIED, names: ['shmget'] }] }
    for (const name of MULTIPLEXED) {
      expect(await answerOn(name, value, 'ipc', 23n)).to.equal(EACCES)
      expect(await answerOn(name, value, 'ipc', 0x10017n)).to.equal(EACCES)
      expect(await answerOn(name, value, 'ipc', 24n)).to.equal(ALLOWED)
    }
  })

  it('keeps the rule of a name of elsewhere that the runtimes would not skip', async () => {
    const value = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        { action: 'SCMP_ACT_ALLOW', names: ['sigreturn'] },
        { ...DENIED, names: ['sigreturn'] },
      ],
    }
    const { elsewhere } = imported(value, await loadArchitecture('amd64'))
    expect(elsewhere.map(({ name, verdict }) => [name, verdict.action])).to.deep.equal([
      ['sigreturn', 'errno'],
    ])
  })

  it('knows the names that libseccomp has for architectures', async () => {
    for (const arch of ['loong64', 'loongarch64']) {
      const value = denying(
        'getpid',
        { value: 0, op: 'SCMP_CMP_GE' },
        { includes: { arches: [arch] } },
      )
      expect(await answerOn('loong64', value, 'getpid'), arch).to.equal(EACCES)
      expect(await answerOn('amd64', value, 'getpid'), arch).to.equal(ALLOWED)
    }
  })

  it('says nothing of 32 bits where there are no others', async () => {
    const value = denying('prctl', { value: 1, op: 'SCMP_CMP_EQ' })
    expect(imported(value, await loadArchitecture('386')).notes).to.deep.equal([])
    expect(imported(value, await loadArchitecture('amd64')).notes.join()).to.contain('low 32 bits')
  })

  for (const name of MULTIPLEXED) {
    it(`${name}: what is said of a call holds through its multiplexer`, async () => {
      const denied = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ ...DENIED, names: ['socket', 'shmget'] }],
      }
      expect(await answerOn(name, denied, 'socketcall', 1n)).to.equal(EACCES)
      expect(await answerOn(name, denied, 'ipc', 23n)).to.equal(EACCES)
      expect(await answerOn(name, denied, 'socketcall', 2n), 'bind').to.equal(ALLOWED)
      const allowed = {
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [{ names: ['socket', 'accept'], action: 'SCMP_ACT_ALLOW' }],
      }
      expect(await answerOn(name, allowed, 'socketcall', 1n)).to.equal(ALLOWED)
      expect(await answerOn(name, allowed, 'socketcall', 5n), 'accept').to.equal(ALLOWED)
      expect(await answerOn(name, allowed, 'socketcall', 2n), 'bind').to.equal(0x50001)
    })
  }

  it('says that conditions can not be seen through a multiplexer', async () => {
    const value = denying('socket', { value: 1, op: 'SCMP_CMP_EQ' })
    const { notes } = imported(value, await loadArchitecture('386'))
    expect(notes).to.deep.equal([
      "syscalls[0]: socket: conditions can't be seen through socketcall, so there it has none",
    ])
    expect(await answerOn('386', value, 'socketcall', 1n)).to.equal(EACCES)
    expect(imported(value, await loadArchitecture('amd64')).notes.join()).not.to.contain(
      'socketcall',
    )
  })

  describe('several answers for one name', () => {
    const EIO = 5
    const ENXIO = 6
    const test = (index: number, op: string, value: number) => ({ index, op, value })
    const two = (one: object, other: object) => ({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        { names: ['prctl'], action: 'SCMP_ACT_ERRNO', errnoRet: EIO, args: [one] },
        { names: ['prctl'], action: 'SCMP_ACT_ERRNO', errnoRet: ENXIO, args: [other] },
      ],
    })

    it('gives each where only one matches', async () => {
      const value = two(test(0, 'SCMP_CMP_EQ', 1), test(0, 'SCMP_CMP_EQ', 2))
      expect(await answerOn('amd64', value, 'prctl', 1n)).to.equal(0x50000 + EIO)
      expect(await answerOn('amd64', value, 'prctl', 2n)).to.equal(0x50000 + ENXIO)
      expect(await answerOn('amd64', value, 'prctl', 3n)).to.equal(ALLOWED)
      const { policy, notes } = imported(value, await loadArchitecture('386'))
      expect(policy.precedence).to.equal('strictest')
      expect(notes).to.deep.equal([])
    })

    it('is that of the first rule where two have the same conditions, and says so', async () => {
      const value = two(test(0, 'SCMP_CMP_EQ', 1), test(0, 'SCMP_CMP_EQ', 1))
      expect(await answerOn('amd64', value, 'prctl', 1n)).to.equal(0x50000 + EIO)
      const { notes } = imported(value, await loadArchitecture('386'))
      expect(notes).to.deep.equal([
        'syscalls[1]: prctl: no effect, as syscalls[0] has the same conditions',
      ])
      const [rule] = value.syscalls
      const twice = imported({ ...value, syscalls: [rule, rule] }, await loadArchitecture('386'))
      expect(twice.notes).to.deep.equal([])
    })

    it('needs an order only if two rules say different things of one call', async () => {
      const value = two(test(0, 'SCMP_CMP_GE', 5), test(1, 'SCMP_CMP_EQ', 5))
      const architecture = await loadArchitecture('386')
      const alike = value.syscalls.map(rule => ({ ...rule, errnoRet: EIO }))
      const found = imported({ ...value, syscalls: alike }, architecture)
      expect([found.policy.precedence, found.notes]).to.deep.equal(['strictest', []])
      const more = [...value.syscalls, { names: ['ptrace'], action: 'SCMP_ACT_TRAP' }]
      const ordered = imported({ ...value, syscalls: more }, architecture)
      expect(ordered.policy.precedence).to.equal('first')
      expect(ordered.notes).to.deep.equal([
        'syscalls[0]: prctl: where syscalls[1] matches too, that one decides',
      ])
    })

    const both: readonly (readonly [what: string, one: object, other: object, errno: number])[] = [
      ['the higher argument', test(0, 'SCMP_CMP_EQ', 5), test(1, 'SCMP_CMP_EQ', 5), ENXIO],
      ['an equal value', test(0, 'SCMP_CMP_GE', 5), test(0, 'SCMP_CMP_EQ', 5), ENXIO],
      ['the smaller', test(0, 'SCMP_CMP_GE', 5), test(0, 'SCMP_CMP_LE', 5), ENXIO],
      ['the narrower bound below', test(0, 'SCMP_CMP_LT', 9), test(0, 'SCMP_CMP_LE', 6), ENXIO],
      ['the narrower bound above', test(0, 'SCMP_CMP_GE', 1), test(0, 'SCMP_CMP_GT', 3), ENXIO],
      ['the first where all is equal', test(0, 'SCMP_CMP_LE', 9), test(0, 'SCMP_CMP_LT', 9), EIO],
    ]
    for (const [what, one, other, errno] of both) {
      it(`lets libseccomp's order decide where both match: ${what}`, async () => {
        const value = two(one, other)
        expect(await answerOn('amd64', value, 'prctl', 5n, 5n)).to.equal(0x50000 + errno)
        const { policy } = imported(value, await loadArchitecture('amd64'))
        expect(policy.precedence).to.equal('first')
      })
    }
  })

  describe('what is newer than the newest call of a profile', () => {
    const naming = (names: readonly string[], more: object = {}) => ({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
      ...more,
    })

    it('does not exist, as with runc', async () => {
      const value = naming(['read', 'statx'])
      expect(await answerOn('amd64', value, 'pidfd_open')).to.equal(MISSING)
      expect(await answerOn('amd64', value, 'statx')).to.equal(ALLOWED)
      expect(await answerOn('amd64', value, 'pkey_free'), 'one below').to.equal(EPERM)
    })

    it('says so in the section, and what the default action decides', async () => {
      const architecture = await loadArchitecture('amd64')
      const { policy } = imported(naming(['read', 'pidfd_open']), architecture)
      const originOf = (name: string) => policy.rules.find(rule => rule.name === name)?.origin
      expect(originOf('mseal')).to.equal('newer than the profile')
      // Ours would be ENOSYS.
      expect(originOf('statx')).to.equal('defaultAction')
      expect(originOf('read')).to.equal('syscalls[0]')
    })

    it('is counted by architecture, and not by what is left out there', async () => {
      const filters = { includes: { arches: ['arm64'] } }
      const newer = { names: ['pidfd_open'], action: 'SCMP_ACT_ALLOW', ...filters }
      const value = naming([], {
        syscalls: [{ names: ['statx'], action: 'SCMP_ACT_ALLOW' }, newer],
      })
      expect(await answerOn('amd64', value, 'io_uring_register')).to.equal(MISSING)
      expect(await answerOn('arm64', value, 'io_uring_register')).to.equal(EPERM)
      expect(await answerOn('arm64', value, 'openat2')).to.equal(MISSING)
    })

    it('is counted where a rule says what the default says, too', async () => {
      const named = { names: ['pidfd_open'], action: 'SCMP_ACT_ERRNO' }
      const value = naming([], {
        syscalls: [{ names: ['statx'], action: 'SCMP_ACT_ALLOW' }, named],
      })
      expect(await answerOn('amd64', value, 'pidfd_open')).to.equal(EPERM)
      expect(await answerOn('amd64', value, 'io_uring_enter')).to.equal(EPERM)
    })

    it('has the same answer under every default that denies', async () => {
      for (const action of ['SCMP_ACT_KILL', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_TRAP']) {
        const value = naming(['statx'], { defaultAction: action })
        expect(await answerOn('amd64', value, 'pidfd_open'), action).to.equal(MISSING)
      }
    })

    it('gets the default action where that lets calls through', async () => {
      for (const action of ['SCMP_ACT_LOG', 'SCMP_ACT_TRACE', 'SCMP_ACT_ALLOW']) {
        const denying = [{ names: ['statx'], ...DENIED }]
        const value = { defaultAction: action, syscalls: denying }
        expect(await answerOn('amd64', value, 'pidfd_open'), action).not.to.equal(MISSING)
      }
    })

    it('gets the default action where no call above 0 is named', async () => {
      expect(await answerOn('amd64', naming(['read', 'nope']), 'write')).to.equal(EPERM)
      expect(await answerOn('arm64', naming(['read']), 'openat2')).to.equal(MISSING)
    })

    it('is what libseccomp has no number for: a call that a multiplexer also makes', async () => {
      const value = naming(['read', 'socket', 'socketcall'])
      expect(await answerOn('386', value, 'socketcall')).to.equal(ALLOWED)
      expect(await answerOn('386', value, 'socket')).to.equal(MISSING)
      expect(await answerOn('386', naming(['statx', 'socket']), 'socket')).to.equal(ALLOWED)
    })
  })
})
