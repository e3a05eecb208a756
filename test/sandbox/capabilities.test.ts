import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { CAPABILITIES, capabilityBits, capabilityNames } from '../../lib/sandbox/capabilities.ts'

describe('sandbox: capabilities', () => {
  // linux/capability.h
  const NUMBERS = {
    CAP_CHOWN: 0,
    CAP_SETPCAP: 8,
    CAP_SYS_ADMIN: 21,
    CAP_AUDIT_READ: 37,
    CAP_CHECKPOINT_RESTORE: 40,
  }
  for (const [name, number] of Object.entries(NUMBERS)) {
    it(`${name} is bit ${number}`, () => {
      expect(capabilityBits([name])).to.equal(1n << BigInt(number))
      expect(capabilityNames(1n << BigInt(number))).to.deep.equal([name])
    })
  }

  it('are bits together, also above 32', () => {
    expect(capabilityBits(CAPABILITIES)).to.equal(2n ** 41n - 1n)
    expect(capabilityNames(2n ** 41n - 1n)).to.deep.equal(CAPABILITIES)
    expect(capabilityBits([])).to.equal(0n)
    expect(capabilityNames(0n)).to.deep.equal([])
  })

  it('that the table lacks are dropped, and shown by number', () => {
    expect(capabilityBits(['CAP_FLY', 'cap_chown', 'CAP_KILL'])).to.equal(32n)
    expect(capabilityNames((1n << 41n) | (1n << 63n))).to.deep.equal(['CAP_41', 'CAP_63'])
  })

  it('are all that this kernel has', function () {
    const file = '/proc/sys/kernel/cap_last_cap'
    if (process.platform !== 'linux') return this.skip()
    expect(CAPABILITIES.length).to.be.at.least(Number(readFileSync(file, 'utf8')) + 1)
  })
})
