import { readFileSync, readlinkSync } from 'node:fs'
import { expect } from 'chai'
import { OwnViolations, ownProcess } from './own.ts'

describe('audit: the own process in records', () => {
  it('is known by its id, where the kernel numbers processes alike', () => {
    const isOwn = ownProcess(true)
    const exe = '/another'
    expect(isOwn({ pid: process.pid, exe, auid: 7 })).to.equal(true)
    expect(isOwn({ pid: process.pid + 1, exe, auid: 7 })).to.equal(false)
  })

  const TABLE: readonly (readonly [
    login: string,
    exe: string | undefined,
    auid: number | null | undefined,
    isOwn: boolean,
  ])[] = [
    ['1000', '/agent', 1000, true],
    ['1000', '/agent', 1001, false],
    ['1000', '/agent', undefined, false],
    ['1000', '/agent', null, true],
    ['1000', '/agent2', 1000, false],
    ['1000', undefined, 1000, false],
    ['1000', '/other', null, false],
    ['4294967295', '/agent', undefined, true],
    ['4294967295', '/agent', 1000, false],
    ['4294967295', '/agent', null, true],
    ['0', '/agent', 0, true],
    ['0', '/agent', undefined, false],
  ]
  for (const [login, exe, auid, expected] of TABLE) {
    const who = `${exe} by ${auid === null ? 'a login that is not told' : (auid ?? 'no login')}`
    it(`is ${expected ? '' : 'not '}${who}, where it is /agent by ${login} and has another id`, () => {
      const isOwn = ownProcess(false, () => ({ exe: '/agent', login }))
      expect(isOwn({ pid: process.pid + 1, exe, auid })).to.equal(expected)
      expect(isOwn({ pid: process.pid, exe, auid })).to.equal(expected)
    })
  }

  it('is known by what /proc says of it', function () {
    if (process.platform !== 'linux') {
      console.log('    skipped: not Linux')
      return this.skip()
    }
    const isOwn = ownProcess(false)
    const exe = readlinkSync('/proc/self/exe')
    const login = Number(readFileSync('/proc/self/loginuid', 'utf8'))
    const auid = login === 0xffffffff ? undefined : login
    const pid = process.pid + 1
    expect(isOwn({ pid, exe, auid })).to.equal(true)
    expect(isOwn({ pid, exe, auid: 4321 })).to.equal(false)
    expect(isOwn({ pid, exe: `${exe}2`, auid })).to.equal(false)
  })
})

describe('audit: the kinds of own violations', () => {
  it('are remembered while they are among the 1024 that were reported last', () => {
    const own = new OwnViolations(() => false)
    const decide = (kind: string, nowMs: number) => own.decide(kind, undefined, nowMs)
    for (let kind = 0; kind < 1024; kind++) decide(String(kind), 0)
    expect(decide('0', 1)).to.equal(undefined)
    expect(decide('new', 2)).to.deep.equal({ unreported: 0 })
    expect(decide('1', 3), 'the second one is still remembered').to.equal(undefined)
    expect(decide('0', 4), 'the first one is not').to.deep.equal({ unreported: 0 })
    expect(own.suppressed).to.equal(2)
    // What was not told of a kind that is forgotten is told with the kind that took its place.
    expect(decide('new', 60_002)).to.deep.equal({ unreported: 1 })
    expect(decide('0', 60_004)).to.deep.equal({ unreported: 1 })
    expect(own.suppressed).to.equal(0)
  })
})
