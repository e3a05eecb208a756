import { expect } from 'chai'
import {
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { asTaken, noteWidth } from '../../../lib/seccomp/import/convert.ts'
import type { Condition } from '../../../lib/seccomp/policy/policy.ts'

const HIGH = 2n ** 32n
const equal = (argument: number, value: bigint): Condition => ({
  ...{ argument, operation: 'Equal', value },
})
const masked = (value: bigint, mask: bigint): Condition => ({
  ...{ argument: 0, operation: 'MaskedEqual', value, mask },
})

describe('a condition of a profile on an argument of which the kernel takes 32 bits', () => {
  const notesOf = async (name: ArchitectureName, call: string, condition: Condition) => {
    const notes: string[] = []
    const verdict = { action: 'allow' } as const
    const rule = { name: call, conditions: [condition], verdict, origin: 'syscalls[3]' }
    noteWidth(await loadArchitecture(name), rule, (where, what) => notes.push(`${where}: ${what}`))
    return notes
  }
  const note = (written: string, why: string) => [
    `syscalls[3]: socket: argument 0 ${written} compares only the low 32 bits, ${why}`,
  ]

  it('is noted, with what it compares', async () => {
    const [plain, wide] = ['not all 64', 'but the value has more']
    for (const [condition, expected] of [
      [equal(0, HIGH - 1n), note('Equal 0xffffffff', plain)],
      [equal(0, HIGH), note('Equal 0x100000000', wide)],
      [masked(1n, HIGH - 1n), note('MaskedEqual 0x1 under 0xffffffff', plain)],
      [masked(1n, HIGH), note('MaskedEqual 0x1 under 0x100000000', wide)],
    ] as const) {
      expect(await notesOf('amd64', 'socket', condition)).to.deep.equal(expected)
    }
  })

  it('is not noted where libseccomp compares no more, nor where all bits are compared', async () => {
    expect(await notesOf('386', 'socket', equal(0, 1n))).to.deep.equal([])
    expect(await notesOf('amd64', 'mmap', equal(2, 1n))).to.deep.equal([])
  })

  const MINUS_1 = 2n ** 64n - 1n
  const LOW = HIGH - 1n
  const TAKEN: readonly (readonly [written: Condition, taken: Condition])[] = [
    [equal(0, 1n), equal(0, 1n)],
    [equal(0, LOW), equal(0, LOW)],
    [equal(0, MINUS_1), equal(0, LOW)],
    [equal(0, MINUS_1 - LOW + 2n ** 31n), equal(0, 2n ** 31n)],
    // Not the same number with 32 bits: neither its sign goes on, nor is it short.
    [equal(0, MINUS_1 - 2n ** 31n), equal(0, MINUS_1 - 2n ** 31n)],
    [equal(0, HIGH), equal(0, HIGH)],
    [masked(1n, MINUS_1), masked(1n, LOW)],
    [masked(2n ** 31n + HIGH, 2n ** 31n + HIGH), masked(2n ** 31n, 2n ** 31n)],
    [
      masked(2n ** 31n + HIGH, 2n ** 31n + 3n * HIGH),
      masked(2n ** 31n + HIGH, 2n ** 31n + 3n * HIGH),
    ],
  ]
  for (const [written, taken] of TAKEN) {
    const { operation, value, mask = MINUS_1 } = written
    it(`is taken as the same number: ${operation} ${value} under ${mask}`, async () => {
      const amd64 = await loadArchitecture('amd64')
      expect(asTaken(amd64, 'socket', written)).to.deep.equal(taken)
      expect(asTaken(amd64, 'mmap', { ...written, argument: 1 })).to.deep.equal({
        ...{ ...written, argument: 1 },
      })
      expect(asTaken(await loadArchitecture('386'), 'socket', written)).to.equal(written)
    })
  }
})
