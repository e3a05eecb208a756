import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { disassemble } from '../../../lib/seccomp/compiler/disassemble.ts'
import { encode, type Program } from '../../../lib/seccomp/compiler/program.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'

const jump = { yes: 1, no: 0 }
const PROGRAM: Program = [
  { op: 'load', offset: 4 },
  { op: 'equal', k: 0xc000003e, yes: 0, no: 11 },
  { op: 'load', offset: 0 },
  { op: 'greater', k: 9, ...jump },
  { op: 'atLeast', k: 10, ...jump },
  { op: 'load', offset: 16 },
  { op: 'load', offset: 60 },
  { op: 'and', k: 255 },
  { op: 'set', k: 2, ...jump },
  { op: 'jump', k: 1 },
  { op: 'return', k: 0x7fff0000 },
  { op: 'return', k: 0x50001 },
  { op: 'return', k: 0x50fff },
  { op: 'return', k: 0 },
  { op: 'return', k: 0x12340000 },
]

describe('a program', () => {
  it('is listed with a line for each instruction', async () => {
    expect(disassemble(PROGRAM, await loadArchitecture('amd64'))).to.equal(
      [
        ' 0: A = arch',
        ' 1: if A == 0xc000003e goto 2 else 13',
        ' 2: A = number',
        ' 3: if A > 9 goto 5 else 4',
        ' 4: if A >= 0xa goto 6 else 5',
        ' 5: A = argument 0 low',
        ' 6: A = argument 5 high',
        ' 7: A &= 0xff',
        ' 8: if A & 2 goto 10 else 9',
        ' 9: goto 11',
        '10: return allow',
        '11: return errno EPERM',
        '12: return errno 4095',
        '13: return kill_thread',
        '14: return 0x12340000',
        '',
      ].join('\n'),
    )
  })

  it('is listed with the halves of arguments in the order of the architecture', async () => {
    const halves: Program = [
      { op: 'load', offset: 24 },
      { op: 'load', offset: 28 },
    ]
    const listed = async (name: 'amd64' | 's390x') =>
      disassemble(halves, await loadArchitecture(name))
    expect(await listed('amd64')).to.equal('0: A = argument 1 low\n1: A = argument 1 high\n')
    expect(await listed('s390x')).to.equal('0: A = argument 1 high\n1: A = argument 1 low\n')
  })

  it('is listed with numbers as wide as the last one', async () => {
    const listed = async (length: number) => {
      const program = Array.from({ length }, () => ({ op: 'return', k: 0 }) as const)
      const lines = disassemble(program, await loadArchitecture('amd64')).split('\n')
      return [lines[0], lines[length - 1]]
    }
    expect(await listed(10)).to.deep.equal(['0: return kill_thread', '9: return kill_thread'])
    expect(await listed(11)).to.deep.equal([' 0: return kill_thread', '10: return kill_thread'])
  })

  it('is an array of struct sock_filter', () => {
    const hex = (endian: 'little' | 'big') => Buffer.from(encode(PROGRAM, endian)).toString('hex')
    const codes = [0x20, 0x15, 0x20, 0x25, 0x35, 0x20, 0x20, 0x54, 0x45, 5, 6, 6, 6, 6, 6]
    const written = (endian: 'little' | 'big') =>
      PROGRAM.map((instruction, at) => {
        const bytes = Buffer.alloc(8)
        const k = 'k' in instruction ? instruction.k : instruction.offset
        bytes[endian === 'little' ? 0 : 1] = codes[at] ?? 0
        if ('yes' in instruction) bytes.set([instruction.yes, instruction.no], 2)
        if (endian === 'little') bytes.writeUInt32LE(k, 4)
        else bytes.writeUInt32BE(k, 4)
        return bytes.toString('hex')
      }).join('')
    expect(hex('little')).to.equal(written('little'))
    expect(hex('big')).to.equal(written('big'))
  })

  it('runs to its answer, which the kernel may keep if it read no argument', () => {
    const allow = { op: 'return', k: 0x7fff0000 } as const
    const call = { audit: 7, number: 10, args: [1n, 2n ** 33n] }
    const run = (...program: Program) => simulate(program, call, 'little')
    const jump = { yes: 0, no: 1 }
    const no = { op: 'return', k: 0x50001 } as const
    const number = { op: 'load', offset: 0 } as const
    expect(run(number, allow)).to.deep.equal({ value: 0x7fff0000, steps: 2, cacheable: true })
    expect(run({ op: 'load', offset: 4 }, allow).cacheable).to.equal(true)
    expect(run({ op: 'load', offset: 16 }, number, allow).cacheable).to.equal(false)
    expect(run(number, no).cacheable).to.equal(false)
    const answers = (test: Program[number]) => run(number, test, allow, no).value === allow.k
    for (const [op, k, holds] of [
      ...[['equal', 10, true] as const, ['equal', 9, false] as const],
      ...[['greater', 9, true] as const, ['greater', 10, false] as const],
      ...[['atLeast', 10, true] as const, ['atLeast', 11, false] as const],
      ...[['set', 2, true] as const, ['set', 5, false] as const],
    ]) {
      expect(answers({ op, k, ...jump }), `${op} ${k}`).to.equal(holds)
    }
    const second = { op: 'load', offset: 28 } as const
    expect(run(second, { op: 'equal', k: 2, ...jump }, allow, no).value).to.equal(allow.k)
    const isZero = { op: 'equal', k: 0, ...jump } as const
    expect(run(isZero, allow, no).value, 'before anything is loaded').to.equal(allow.k)
    const sign = { op: 'equal', k: 0x80000000, ...jump } as const
    const masked = simulate(
      [number, { op: 'and', k: 0x80000000 }, sign, allow, no],
      { audit: 7, number: 0xffffffff },
      'little',
    )
    expect(masked.value, 'words are unsigned').to.equal(allow.k)
    expect(
      () => run({ op: 'load', offset: 61 }, allow),
      'struct seccomp_data has 64 bytes',
    ).to.throw(RangeError)
    expect(run({ op: 'jump', k: 1 }, no, allow)).to.include({ value: allow.k, steps: 2 })
    expect(() => run(number)).to.throw(RangeError, 'the program has no instruction 1')
  })
})
