import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../../lib/seccomp/compiler/program.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { formatCondition } from '../../../lib/seccomp/policy/policy.ts'
import type { Counts, Kind } from '../../../lib/seccomp/record/counts.ts'
import { readCounts } from '../../../lib/seccomp/record/counts.ts'
import { compareToDefault } from '../../../lib/seccomp/record/difference.ts'
import { recordingFilter } from '../../../lib/seccomp/record/filter.ts'
import { learnPolicy } from '../../../lib/seccomp/record/learn.ts'
import { notedBits } from '../../../lib/seccomp/record/notes.ts'
import { PHASES } from '../../../lib/seccomp/record/phases.ts'
import { writeRecording } from '../../../lib/seccomp/record/write.ts'

const amd64 = await loadArchitecture('amd64')

function counts(...kinds: readonly Kind[]): Counts {
  return { kinds, unknown: new Map(), foreign: 0 }
}

function kind(name: string, phase: Kind['phase'], values: readonly bigint[] = [], count = 1): Kind {
  return { name, phase, values, count }
}

/** Whether the learned policy, once compiled, allows a call. */
function answers(seen: Counts): (name: string, ...args: readonly bigint[]) => boolean {
  const program = compile(merge(amd64, [learnPolicy(amd64, seen)]))
  return (name, ...args) => {
    const call = { audit: amd64.audit, number: amd64.table.numbers[name] ?? -1, args }
    return simulate(program, call, 'little').value === 0x7fff0000
  }
}

describe('seccomp record: what is learned', () => {
  it('allows what was called behind the filter, and not what was called before', () => {
    const allows = answers(
      counts(kind('execve', 'boot'), kind('statfs', 'run'), kind('link', 'close')),
    )
    expect(['statfs', 'link', 'execve', 'listen'].map(name => allows(name))).to.deep.equal([
      true,
      true,
      false,
      false,
    ])
  })

  it('leaves out the installing of the filter itself, and nothing else of its stage', () => {
    const allows = answers(
      counts(
        kind('seccomp', 'sandbox', [1n]),
        kind('prctl', 'sandbox', [38n]),
        kind('prctl', 'run', [15n]),
        kind('getdents64', 'sandbox'),
      ),
    )
    expect(allows('seccomp', 1n)).to.equal(false)
    expect(allows('prctl', 38n)).to.equal(false)
    expect(allows('prctl', 15n)).to.equal(true)
    expect(allows('getdents64')).to.equal(true)
  })

  it('tells calls apart by the values that were seen', () => {
    const allows = answers(
      counts(kind('socket', 'run', [1n, 1n, 0n]), kind('socket', 'run', [2n, 2n, 0n])),
    )
    expect(allows('socket', 1n, 0x80801n, 0n), 'SOCK_CLOEXEC does not matter').to.equal(true)
    expect(allows('socket', 2n, 2n, 0n)).to.equal(true)
    expect(allows('socket', 2n, 3n, 0n), 'a raw socket').to.equal(false)
    expect(allows('socket', 1n, 2n, 0n), 'not a mixture of what was seen').to.equal(false)
  })

  it('takes the protection of memory bit by bit, from the start on', () => {
    const seen = counts(
      kind('mmap', 'boot', [5n]),
      kind('mmap', 'run', [3n]),
      kind('mprotect', 'run', [3n]),
    )
    const allows = answers(seen)
    expect(allows('mmap', 0n, 0n, 7n)).to.equal(true)
    expect(allows('mprotect', 0n, 0n, 1n)).to.equal(true)
    expect(allows('mprotect', 0n, 0n, 4n)).to.equal(false)
  })

  it('gives up telling apart where there are too many values', () => {
    const many = Array.from({ length: 30 }, (_, at) => kind('ioctl', 'run', [BigInt(at)]))
    const [rule] = learnPolicy(amd64, counts(...many)).rules
    expect(rule).to.include({
      name: 'ioctl',
      origin: '30 calls, first in run, in 30 kinds: too many to list',
    })
    expect(rule?.conditions).to.deep.equal([])
  })

  it('always has what ends a process, what the vDSO hides, and what can’t fail', () => {
    const allows = answers(counts())
    for (const name of [
      'exit_group',
      'rt_sigreturn',
      'clock_gettime',
      'getpid',
      'umask',
      'futex',
    ]) {
      expect(allows(name), name).to.equal(true)
    }
  })

  it('does not depend on the order in which calls were seen', () => {
    const kinds = [
      kind('socket', 'run', [2n, 1n, 0n]),
      kind('statfs', 'run'),
      kind('socket', 'run', [1n, 1n, 0n]),
    ]
    const written = [kinds, kinds.toReversed()].map(each => text(counts(...each)))
    expect(written[0]).to.equal(written[1])
  })

  it('finds clone’s flags where s390x has them', async () => {
    const s390x = await loadArchitecture('s390x')
    const { rules } = learnPolicy(s390x, counts(kind('clone', 'run', [0x10000n])))
    expect(rules[0]?.conditions.map(formatCondition)).to.deep.equal(['argument 1 Equal 0x10000'])
  })
})

describe('seccomp record: what is read', () => {
  it('names, masks and sorts out what the addon has counted', () => {
    const row = (phase: number, audit: number, number: number, first: bigint, count: number) => [
      BigInt(phase),
      BigInt(audit),
      BigInt(number),
      first,
      0xffffffff00080001n,
      0n,
      0n,
      0n,
      0n,
      BigInt(count),
    ]
    const words = BigUint64Array.from([
      ...row(PHASES.indexOf('run'), amd64.audit, 41, 2n, 3),
      ...row(PHASES.indexOf('run'), amd64.audit, 9999, 0n, 2),
      ...row(PHASES.indexOf('run'), 0x40000003, 41, 0n, 5),
    ])
    expect(readCounts(amd64, words)).to.deep.equal({
      kinds: [{ phase: 'run', name: 'socket', values: [2n, 1n, 0n], count: 3 }],
      unknown: new Map([[9999, 2]]),
      foreign: 5,
    })
  })

  it('asks the addon for the arguments that matter, and no others', () => {
    const bits = notedBits(amd64)
    expect(bits[amd64.table.numbers['socket'] ?? 0]).to.equal(0b111)
    expect(bits[amd64.table.numbers['ioctl'] ?? 0]).to.equal(0b10)
    expect(bits[amd64.table.numbers['read'] ?? 0]).to.equal(0)
  })

  it('announces every call but those that must not be interrupted or would go by unseen', () => {
    const program = recordingFilter(amd64)
    const answer = (number: number) =>
      simulate(program, { audit: amd64.audit, number }, 'little').value
    const of = (name: string) => answer(amd64.table.numbers[name] ?? -1)
    expect([of('read'), of('execve'), answer(5000)]).to.deep.equal(Array(3).fill(0x7fc00000))
    expect([of('rt_sigreturn'), of('exit_group')]).to.deep.equal(Array(2).fill(0x7fff0000))
    expect([of('io_uring_setup'), of('clone3'), answer(0x40000000 + 425)]).to.deep.equal(
      Array(3).fill(0x00050026),
    )
    expect(encode(program, 'little').length % 8).to.equal(0)
  })
})

describe('seccomp record: what is written', () => {
  it('says where the default policy and what was seen part', () => {
    const builtin = learnPolicy(amd64, counts(kind('link', 'run')))
    const learned = learnPolicy(amd64, counts(kind('statfs', 'run')))
    expect(compareToDefault(amd64, learned, builtin)).to.deep.equal({
      missing: ['statfs'],
      unused: ['link'],
    })
  })

  it('has circumstances, counts, and first phases as comments', () => {
    const seen = counts(kind('statfs', 'run', [], 3), kind('statfs', 'close', [], 1))
    const written = text({ ...seen, unknown: new Map([[999, 7]]), foreign: 2 })
    expect(written).to.contain('# Recorded from: sealbeat run\n')
    expect(written).to.contain('    - statfs # 4 calls, first in run\n')
    expect(written).to.match(/answered ENOSYS: 999 \(7 times\)/)
    expect(written).to.contain('# 2 calls from 32-bit code')
    expect(PHASES.indexOf('run')).to.equal(5)
  })
})

function text(seen: Counts): string {
  const learned = learnPolicy(amd64, seen)
  const about = {
    command: 'sealbeat run',
    node: '20',
    libc: 'glibc 2.36',
    kernel: '6.1',
    seconds: 1,
    shortcomings: [],
  }
  return writeRecording(amd64, learned, seen, { missing: [], unused: [] }, about)
}
