import { expect } from 'chai'
import { callNames, decodeReturn } from '../../../lib/seccomp/policy/naming.ts'
import { ACTIONS, RETURNS } from '../../../lib/seccomp/policy/policy.ts'

describe('names of what the kernel reports', () => {
  it('are those of the architecture, and of x32 on amd64 alone', async () => {
    const amd64 = await callNames(0xc000003e)
    expect(amd64).to.include({ architecture: 'amd64', auditName: 'x86_64' })
    expect([0, 101, 0x40000027].map(number => amd64?.nameOf(number))).to.deep.equal([
      'read',
      'ptrace',
      'getpid',
    ])
    expect([amd64?.nameOf(9999), amd64?.errnoOf(38), amd64?.errnoOf(9999)]).to.deep.equal([
      undefined,
      'ENOSYS',
      undefined,
    ])
    const arm64 = await callNames(0xc00000b7)
    expect([arm64?.auditName, arm64?.nameOf(63), arm64?.nameOf(0x40000027)]).to.deep.equal([
      'aarch64',
      'read',
      undefined,
    ])
    expect(await callNames(1)).to.equal(undefined)
  })

  it('are the first ones of several for a number', async () => {
    const arm = await callNames(0x40000028)
    expect(arm?.nameOf(341)).to.equal('arm_sync_file_range')
    expect(arm?.errnoOf(11)).to.equal('EAGAIN')
  })

  it('tell the action of each return value of a filter, and its data', () => {
    for (const action of ACTIONS) {
      expect(decodeReturn(RETURNS[action])).to.deep.equal({ action, data: 0 })
      expect(decodeReturn(RETURNS[action] + 0xffff)).to.deep.equal({ action, data: 0xffff })
    }
    expect(decodeReturn(0x7fc00001)).to.deep.equal({ action: 'user_notif', data: 1 })
    expect(decodeReturn(0x12340000)).to.deep.equal({ action: undefined, data: 0 })
  })

  it('have the values of linux/seccomp.h', () => {
    expect(Object.entries(RETURNS)).to.deep.equal([
      ['kill_process', 0x80000000],
      ['kill_thread', 0],
      ['trap', 0x30000],
      ['errno', 0x50000],
      ['trace', 0x7ff00000],
      ['log', 0x7ffc0000],
      ['allow', 0x7fff0000],
    ])
  })
})
