import { expect } from 'chai'
import {
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { disassemble } from '../../../lib/seccomp/compiler/disassemble.ts'
import { encode, type Program } from '../../../lib/seccomp/compiler/program.ts'
import { allowing, allowingIf, compiled, test } from './compiled.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const ENOSYS = 0x00050026
const KILL = 0x80000000

describe('compile', () => {
  const table: readonly (readonly [ArchitectureName, unknown, string | number, number, number?])[] =
    [
      ['amd64', allowing('read'), 'read', ALLOW],
      ['amd64', allowing('read'), 'write', EPERM],
      ['amd64', allowing('read'), 'clone3', ENOSYS],
      ['amd64', allowing('read'), 9999, ENOSYS],
      ['amd64', allowing('read'), 0x40000000, ENOSYS],
      ['amd64', { ...allowing('read'), default_action: 'allow' }, 0x40000000, ENOSYS],
      ['amd64', { ...allowing('read'), default_action: 'allow' }, 9999, ALLOW],
      ['amd64', allowing('read'), 0xffffffff, ENOSYS],
      ['amd64', allowing('read'), 'read', KILL, 0x40000003],
      ['amd64', { ...allowing('read'), default_action: 'allow' }, 'read', KILL, 0x40000003],
      ['386', allowing('read'), 3, ALLOW],
      ['386', allowing('read'), 'read', KILL, 0xc000003e],
      ['386', allowing('read'), 0x40000003, ENOSYS],
      ['386', { ...allowing('read'), default_action: 'allow' }, 0xffffffff, ALLOW],
      ['s390x', allowing('read'), 'read', ALLOW],
      ['arm', allowing('set_tls'), 0xf0005, ALLOW],
      ['mips64le', allowing('read'), 'clone3', 0x00050059],
    ]
  for (const [name, section, call, value, audit] of table) {
    const foreign = audit === undefined ? '' : ` called as ${audit.toString(16)}`
    it(`${name}: ${JSON.stringify(section)} answers ${call}${foreign} by ${value.toString(16)}`, async () => {
      expect((await compiled(name, section)).answer(call, [], audit).value).to.equal(value)
    })
  }

  const high = 0x100000000n
  const conditions: readonly (readonly [string, unknown, readonly bigint[], readonly bigint[]])[] =
    [
      ['mmap', test(2, 'Equal', 5), [5n], [4n, 5n + high]],
      ['mmap', test(2, 'NotEqual', 5), [4n, 5n + high], [5n]],
      ['mmap', test(2, 'GreaterThan', '0x100000005'), [6n + high, 2n * high], [5n + high, 6n]],
      ['mmap', test(2, 'GreaterOrEqual', '0x100000005'), [5n + high], [4n + high, 6n]],
      ['mmap', test(2, 'LessThan', '0x100000005'), [4n + high, 6n], [5n + high, 2n * high]],
      ['mmap', test(2, 'LessOrEqual', 5), [5n], [6n, high]],
      ['mmap', test(2, 'GreaterThan', 5), [6n, high, 5n + high], [5n, 0n]],
      ['mmap', test(2, 'GreaterOrEqual', 5), [5n, high, 4n + high], [4n]],
      ['mmap', test(2, 'LessThan', 5), [4n, 0n], [5n, high, 4n + high]],
      ['mmap', test(2, 'GreaterThan', '0xffffffff'), [high, 7n * high], [0xffffffffn, 1n]],
      ['mmap', test(2, 'LessOrEqual', '0xffffffff'), [0xffffffffn, 1n], [high, 7n * high]],
      ['mmap', test(2, 'GreaterOrEqual', '0x100000000'), [high, high + 1n], [0xffffffffn]],
      ['mmap', test(2, 'BitsSet', 3), [1n, high + 2n], [4n, 3n * high]],
      ['mmap', test(2, 'BitsSet', '0x300000000'), [high, 2n * high], [3n, 4n * high]],
      ['mmap', test(2, 'BitsSet', '0x300000003'), [1n, 2n * high], [4n, 4n * high]],
      ['mmap', test(2, 'BitsNotSet', '0x300000003'), [4n], [1n, high]],
      ['mmap', test(2, 'MaskedEqual', 1, '0xf'), [1n, 0x11n, high + 1n], [3n]],
      ['mmap', test(2, 'MaskedEqual', 2, '0x1'), [], [2n, 3n]],
      // Bits of a value that its mask leaves out: in the half that is compared, and in the one that is not.
      ['mmap', test(2, 'MaskedEqual', '0x1000000ab', '0xff'), [], [0xabn, high + 0xabn]],
      [
        'mmap',
        test(2, 'MaskedEqual', '0x2000000ab', '0xf00000000'),
        [],
        [2n * high, 2n * high + 0xabn],
      ],
      ['mmap', test(2, 'MaskedEqual', 5, '0x0'), [], [0n, 5n]],
      ['mmap', test(2, 'MaskedEqual', 0, '0x0'), [0n, 5n, high], []],
      ['socket', test(0, 'MaskedEqual', '0x1', '0x0'), [], [0n, 1n]],
      // socket's domain is an int: the kernel does not look at the upper half, and neither may we.
      ['socket', test(0, 'Equal', 2), [2n, 2n + high], [1n]],
      ['socket', test(0, 'Equal', '0x100000002'), [], [2n, 2n + high]],
      ['socket', test(0, 'LessThan', '0x100000000'), [2n, 0xffffffffn], []],
      ['socket', test(0, 'LessThan', 5), [4n, 4n + high], [5n, 5n + high]],
      ['socket', test(0, 'GreaterThan', 5), [6n, 6n + high], [5n, 5n + high]],
      ['socket', test(0, 'GreaterOrEqual', '0x100000005'), [], [5n, 6n + high]],
      ['socket', test(0, 'BitsSet', '0x100000001'), [1n, 1n + high], [2n, 2n + high]],
    ]
  for (const [name, condition, allowed, denied] of conditions) {
    for (const architecture of ['amd64', 's390x'] as const) {
      it(`${architecture}: ${name} ${JSON.stringify(condition)}`, async () => {
        const { answer } = await compiled(architecture, allowingIf(name, [condition]))
        const { argument } = condition as { argument: number }
        const at = (value: bigint) =>
          Array.from({ length: 6 }, (_, i) => (i === argument ? value : 0n))
        for (const value of allowed)
          expect(answer(name, at(value)).value, `${value}`).to.equal(ALLOW)
        for (const value of denied)
          expect(answer(name, at(value)).value, `${value}`).to.equal(EPERM)
      })
    }
  }

  it('asks all conditions of one rule, the same argument twice included, and any rule', async () => {
    const between = [test(2, 'GreaterThan', 10), test(2, 'LessThan', 20)]
    const { answer } = await compiled('amd64', allowingIf('mmap', between, [test(3, 'Equal', 7)]))
    const answers = [
      [0n, 0n, 15n, 0n],
      [0n, 0n, 10n, 0n],
      [0n, 0n, 25n, 7n],
    ].map(args => answer('mmap', args).value)
    expect(answers).to.deep.equal([ALLOW, EPERM, ALLOW])
  })

  it('leaves other calls alone after a test of arguments', async () => {
    const { answer } = await compiled('amd64', allowingIf('socket', [test(0, 'Equal', 1)]))
    for (const number of Array.from({ length: 500 }, (_, at) => at)) {
      expect(answer(number, [1n]).value === ALLOW).to.equal(number === 41)
    }
  })

  it('compares 32 bits of every argument on an architecture that has no more', async () => {
    const { answer } = await compiled('386', allowingIf('mmap2', [test(2, 'Equal', 5)]))
    expect(answer('mmap2', [0n, 0n, 5n + high]).value).to.equal(ALLOW)
    const wide = await compiled('386', allowingIf('mmap2', [test(2, 'Equal', '0x100000005')]))
    expect(wide.answer('mmap2', [0n, 0n, 5n]).value).to.equal(EPERM)
  })

  it('prints a program that can be read', async () => {
    const { program } = await compiled('amd64', allowing('read'))
    const amd64 = await loadArchitecture('amd64')
    const lines = disassemble(program, amd64).split('\n')
    const last = program.length - 1
    expect(lines.slice(0, 3)).to.deep.equal([
      ' 0: A = arch',
      ` 1: if A == 0xc000003e goto 2 else ${last}`,
      ' 2: A = number',
    ])
    expect(lines.filter(line => line.includes(': if A == 0 goto '))).to.have.length(1)
    expect(lines.slice(-4)).to.deep.equal([
      `${last - 2}: return errno ENOSYS`,
      `${last - 1}: return errno EPERM`,
      `${last}: return kill_process`,
      '',
    ])
  })

  it('encodes struct sock_filter in the byte order of the architecture', () => {
    const program: Program = [
      { op: 'equal', k: 0x01020304, yes: 5, no: 6 },
      { op: 'return', k: 0x7fff0000 },
    ]
    expect([...encode(program, 'little')]).to.deep.equal([
      0x15, 0, 5, 6, 4, 3, 2, 1, 6, 0, 0, 0, 0, 0, 0xff, 0x7f,
    ])
    expect([...encode(program, 'big')]).to.deep.equal([
      0, 0x15, 5, 6, 1, 2, 3, 4, 0, 6, 0, 0, 0x7f, 0xff, 0, 0,
    ])
  })
})
