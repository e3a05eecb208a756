import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { Graph } from '../../../lib/seccomp/compiler/graph.ts'
import { rangesOf, returnValue } from '../../../lib/seccomp/compiler/ranges.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import type { Verdict } from '../../../lib/seccomp/policy/policy.ts'
import { policy } from '../policy/policies.ts'

describe('the return value of a verdict', () => {
  const TABLE: readonly (readonly [verdict: Verdict, amd64: number, mips64le: number])[] = [
    [{ action: 'allow' }, 0x7fff0000, 0x7fff0000],
    [{ action: 'kill_process' }, 0x80000000, 0x80000000],
    [{ action: 'kill_thread' }, 0, 0],
    [{ action: 'errno' }, 0x50001, 0x50001],
    [{ action: 'errno', errno: 'ENOSYS' }, 0x50026, 0x50059],
    [{ action: 'trap' }, 0x30000, 0x30000],
    [{ action: 'trap', errno: 'ENOSYS' }, 0x30026, 0x30059],
    // The data of any other action would be for a tracer.
    [{ action: 'trace', errno: 'ENOSYS' }, 0x7ff00000, 0x7ff00000],
    [{ action: 'log', errno: 'ENOSYS' }, 0x7ffc0000, 0x7ffc0000],
  ]
  for (const [verdict, ...values] of TABLE) {
    it(`is that of linux/seccomp.h for ${verdict.action} ${verdict.errno ?? 'alone'}`, async () => {
      const both = await Promise.all((['amd64', 'mips64le'] as const).map(loadArchitecture))
      expect(both.map(({ errno }) => returnValue(verdict, errno))).to.deep.equal(values)
    })
  }
})

describe('the ranges of call numbers', () => {
  const section = { default_action: 'errno', syscalls: [{ action: 'allow', names: ['read'] }] }

  for (const name of ['amd64', 'arm64', 'arm', '386', 's390x', 'mips64le'] as const) {
    it(`cover all of ${name}, each number of the table by one of its own`, async () => {
      const architecture = await loadArchitecture(name)
      const graph = new Graph()
      const weights = { read: 7, write: 5 }
      const ranges = rangesOf(graph, merge(architecture, [policy(section)]), weights)
      expect([ranges[0]?.from, ranges.at(-1)?.to]).to.deep.equal([0, 0xffffffff])
      for (const [at, { from, to }] of ranges.entries()) {
        expect(to, `${at}`).to.be.at.least(from)
        if (at > 0) expect(from, `${at}`).to.equal((ranges[at - 1]?.to ?? 0) + 1)
      }
      const { numbers } = architecture.table
      const single = new Map(
        ranges.flatMap(each => (each.from === each.to ? [[each.from, each]] : [])),
      )
      for (const [call, number] of Object.entries(numbers)) {
        const range = single.get(number)
        expect(range?.node === graph.return(0x7fff0000), call).to.equal(call === 'read')
        expect(range?.weight, call).to.equal(weights[call as 'read'] ?? 0)
      }
      const known = new Set(Object.values(numbers))
      const unknown = ranges.filter(({ from }) => !known.has(from))
      const enosys = graph.return(
        returnValue({ action: 'errno', errno: 'ENOSYS' }, architecture.errno),
      )
      expect(unknown.every(({ node, weight }) => node === enosys && weight === 0)).to.equal(true)
    })
  }
})
