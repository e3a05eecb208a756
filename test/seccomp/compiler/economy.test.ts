import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { LONGEST_JUMP } from '../../../lib/seccomp/compiler/program.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { PolicyError } from '../../../lib/seccomp/policy/policy-error.ts'
import { policy } from '../policy/policies.ts'
import { allowing, allowingIf, compiled, numberOf, test } from './compiled.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const KILL = 0x80000000

describe('compile: what a program takes of the kernel', () => {
  it('keeps plain allowances in the kernel’s cache, and nothing else', async () => {
    const section = {
      default_action: 'errno',
      syscalls: [
        { action: 'allow', names: ['read', 'write', 'futex', 'epoll_wait'] },
        {
          action: 'allow',
          names_with_args: [{ name: 'socket', arguments: [test(0, 'Equal', 1)] }],
        },
        { action: 'log', names: ['ptrace'] },
      ],
    }
    const { answer } = await compiled('amd64', section)
    const cached = ['read', 'futex', 'socket', 'ptrace', 'mount'].map(
      name => answer(name, [1n]).cacheable,
    )
    expect(cached).to.deep.equal([true, true, false, false, false])
  })

  it('loads a word once for tests that follow each other', async () => {
    const families = [1, 2, 10, 16].map(family => [test(0, 'Equal', family)])
    const { program } = await compiled('amd64', allowingIf('socket', ...families))
    expect(program.filter(({ op }) => op === 'load')).to.have.length(3)
  })

  it('reads no half of an argument that a condition leaves open, and takes few tests', async () => {
    /** Which words of argument 2 a program of one condition reads, and its tests of them. */
    const of = async (operation: string, value: string | number, mask?: string) => {
      const named = [{ name: 'mmap', arguments: [test(2, operation, value, mask)] }]
      const syscalls = [{ action: 'trap', names_with_args: named }]
      // Neither a number nor an architecture is tested behind the only call that is not allowed.
      const { program } = await compiled('arm64', { default_action: 'allow', syscalls })
      const part = program.slice(program.findIndex(each => each.op === 'load' && each.offset > 16))
      const loads = part.flatMap(each => (each.op === 'load' ? [each.offset - 32] : []))
      return [loads, part.filter(each => 'yes' in each).length]
    }
    expect(await of('MaskedEqual', 1, '0xf')).to.deep.equal([[0], 1])
    expect(await of('MaskedEqual', '0x100000000', '0xf00000000')).to.deep.equal([[4], 1])
    expect(await of('BitsSet', 3)).to.deep.equal([[0], 1])
    expect(await of('BitsSet', '0x300000000')).to.deep.equal([[4], 1])
    expect(await of('BitsNotSet', '0x300000003')).to.deep.equal([[4, 0], 2])
    expect(await of('Equal', 1)).to.deep.equal([[4, 0], 2])
    for (const operation of ['GreaterThan', 'LessThan', 'GreaterOrEqual', 'LessOrEqual']) {
      expect(await of(operation, 5), operation).to.deep.equal([[4, 0], 2])
      expect(await of(operation, '0x100000005'), operation).to.deep.equal([[4, 0], 3])
    }
  })

  it('does not look at the number where every call gets one answer', async () => {
    const { program } = await compiled('386', { ...allowing('read'), default_action: 'allow' })
    expect(program).to.deep.equal([
      { op: 'load', offset: 4 },
      { op: 'equal', k: 0x40000003, yes: 0, no: 1 },
      { op: 'return', k: ALLOW },
      { op: 'return', k: KILL },
    ])
  })

  it('reaches farther than a jump can', async () => {
    const lists = Array.from({ length: 250 }, (_, at) => [
      test(2, 'Equal', at * 2),
      test(3, 'Equal', at),
    ])
    const { program, answer } = await compiled('amd64', allowingIf('mmap', ...lists))
    expect(program.length).to.be.greaterThan(3 * LONGEST_JUMP)
    expect(answer('mmap', [0n, 0n, 498n, 249n]).value).to.equal(ALLOW)
    expect(answer('mmap', [0n, 0n, 498n, 248n]).value).to.equal(EPERM)
    expect(answer('mmap', [0n, 0n, 500n, 250n]).value).to.equal(EPERM)
  })

  it('refuses what the kernel would not take, by its size', async () => {
    const lists = (count: number, from = 1) =>
      Array.from({ length: count }, (_, at) => [test(at % 6, 'Equal', `0x${from + at}00000001`)])
    const names = ['mmap', 'mremap', 'sendto', 'recvfrom', 'pselect6', 'splice']
    const syscalls = names.map((name, at) => ({
      action: 'allow',
      names_with_args: lists(300, at * 1000).map(list => ({ name, arguments: list })),
    }))
    const refusal = await compiled('amd64', { default_action: 'errno', syscalls }).catch(
      error => error,
    )
    expect(refusal).to.be.instanceOf(PolicyError)
    expect(refusal.code).to.equal('PROGRAM_TOO_LARGE')
    const endless = await compiled('amd64', allowingIf('mmap', ...lists(20_000))).catch(
      error => error,
    )
    expect(endless.message).to.match(/^mmap has 20000 conditions on its arguments/)
  })

  it('takes the 4096 instructions that the kernel does (BPF_MAXINSNS), and no more', async () => {
    const calls = [
      'close',
      'dup',
      'fchdir',
      'fchmod',
      'fchown',
      'fdatasync',
      'flock',
      'fsync',
      'socket',
    ]
    // Each condition on an int is one instruction, if no other call has the same ones.
    const filling = (count: number) => {
      const named = Array.from({ length: count }, (_, at) => {
        const name = calls[at % calls.length]
        return { name, arguments: [test(0, 'Equal', 1 + at)] }
      })
      const syscalls = [{ action: 'allow', names_with_args: named }]
      return compiled('amd64', { default_action: 'errno', syscalls })
    }
    const { length } = (await filling(3900)).program
    const count = 3900 + 4096 - length
    expect((await filling(count)).program).to.have.lengthOf(4096)
    const refusal = await filling(count + 1).catch(error => error)
    expect(refusal.message).to.equal('the policy needs 4097 instructions, the kernel accepts 4096')
  })

  it('takes 500 conditions for one call and refuses one more', async () => {
    const rules = (count: number) =>
      allowingIf('mmap', ...Array.from({ length: count }, (_, at) => [test(2, 'Equal', at)]))
    expect((await compiled('amd64', rules(500))).answer('mmap', [0n, 0n, 499n]).value).to.equal(
      ALLOW,
    )
    const refusal = await compiled('amd64', rules(501)).catch(error => error)
    expect(refusal.message).to.equal(
      'mmap has 501 conditions on its arguments, at most 500 are possible',
    )
    expect(refusal.code).to.equal('PROGRAM_TOO_LARGE')
  })

  it('decides first what is called most, and bounds the worst case', async () => {
    const amd64 = await loadArchitecture('amd64')
    const names = Object.keys(amd64.table.numbers).filter((_, at) => at % 3 !== 0)
    const effective = merge(amd64, [policy(allowing(...names))])
    const steps = (weights: Readonly<Record<string, number>>) => {
      const program = compile(effective, weights)
      return (name: string) =>
        simulate(program, { audit: amd64.audit, number: numberOf(amd64, name) }, 'little').steps
    }
    const even = steps({})
    const weighted = steps({ write: 1000, futex: 400, epoll_ctl: 100 })
    expect(weighted('write')).to.equal(5)
    expect(weighted('futex')).to.be.lessThan(even('futex'))
    const worst = Math.max(...Object.keys(amd64.table.numbers).map(weighted))
    const ranges = names.length
    expect(worst).to.be.at.most(4 + Math.ceil(Math.log2(2 * ranges)) + 3 + 4)
  })
})
