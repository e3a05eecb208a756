import { expect } from 'chai'
import { heeded, sampled } from '../testing/tree.ts'
import { cpu } from './cpu.ts'
import { checkedEvent, checker } from './figures.ts'

describe('host: figures', () => {
  const rows = [
    ['nothing', 0, undefined, true],
    ['less than nothing', -1, undefined, false],
    ['no number', Number.NaN, undefined, false],
    ['without end', Number.POSITIVE_INFINITY, undefined, false],
    [
      'the most that a long holds, as near as a number comes to it',
      2 ** 63 - 1024,
      undefined,
      true,
    ],
    ['more than a long holds', 2 ** 63, undefined, false],
    ['all of it', 5, 5, true],
    ['more than all of it', 6, 5, false],
  ] as const
  for (const [what, value, whole, isPossible] of rows) {
    it(`${what} ${isPossible ? 'is' : 'is not'} possible`, () => {
      const { check, warnings } = heeded()
      expect(check('figure', value, whole)).to.equal(isPossible ? value : undefined)
      expect(warnings).to.have.lengthOf(isPossible ? 0 : 1)
    })
  }

  it('are complained of once, and of many fields not without end', () => {
    const { check, warnings } = heeded()
    for (let at = 0; at < 1000; at++) check(`field ${at % 500}`, -at - 1)
    expect(warnings).to.have.lengthOf(200)
    expect(warnings[0]).to.equal("field 0 can't be -1, as it would be less than nothing: left out")
  })

  it('are left out of an event, with the objects that they leave empty', () => {
    const warnings: string[] = []
    const check = checker(message => warnings.push(message))
    const time = new Date()
    const event = {
      '@timestamp': time,
      system: { a: { bytes: -1, pct: undefined }, b: { bytes: 3, name: 'x' }, list: ['y'] },
    }
    expect(checkedEvent(event, check)).to.deep.equal({
      '@timestamp': time,
      system: { b: { bytes: 3, name: 'x' }, list: ['y'] },
    })
    expect(warnings).to.deep.equal([
      "system.a.bytes can't be -1, as it would be less than nothing: left out",
    ])
  })

  it('are said to be impossible for the reason that is right, and are not if unknown', () => {
    const { check, warnings } = heeded()
    expect(check('unknown', undefined, 5)).to.equal(undefined)
    for (const [field, value, whole] of [
      ['low', -1, 5],
      ['high', 2 ** 63, 5],
      ['part', 6, 5],
    ] as const) {
      check(field, value, whole)
    }
    expect(warnings).to.deep.equal([
      "low can't be -1, as it would be less than nothing: left out",
      "high can't be 9223372036854776000, which is more than there can be: left out",
      "part can't be 6, which is more than all, 5: left out",
    ])
  })

  it('are not copied with an event that has nothing to leave out', () => {
    const { check, warnings } = heeded()
    const sound = {
      ...{ '@timestamp': new Date(), name: 'x', nothing: null, list: [-1, undefined], no: false },
      system: { zero: 0, share: 0.5, most: 2 ** 63 - 1024, deep: { name: '' } },
    }
    expect(checkedEvent(sound, check)).to.equal(sound)
    expect(warnings).to.deep.equal([])
  })

  it('are left out of an event alone, wherever they are', () => {
    const kept = { name: 'x', nothing: null, list: [-1], system: { zero: 0 } }
    for (const wrong of [-1, Number.NaN, 2 ** 63, undefined]) {
      for (const event of [
        { ...kept, wrong },
        { ...kept, system: { zero: 0, wrong } },
        { ...kept, system: { zero: 0, deep: { wrong } } },
      ]) {
        expect(checkedEvent(event, heeded().check), `${wrong}`).to.deep.equal(kept)
      }
    }
  })

  it('of a CPU that has spent more time than there is leave the other shares right', async () => {
    const { check, warnings } = heeded()
    const steps = [
      { 'proc/stat': 'cpu 10 0 10 70 0 0 0 18446744073709551000 0 0\ncpu0 1\n' },
      { 'proc/stat': 'cpu 20 0 20 90 0 0 0 18446744073709551615 0 0\ncpu0 1\n' },
    ]
    const samples = await sampled(cpu, steps, { check })
    const [event] = samples[1] ?? []
    expect(event).to.have.nested.property('host.cpu.usage', 0.5)
    expect(event).not.to.have.nested.property('system.cpu.steal')
    expect(warnings).to.deep.equal([
      "the time of the CPUs in steal can't be 18446744073709552000, which is more than there can be: left out",
    ])
  })
})
