import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readAccounts } from '../../lib/trust/accounts.ts'
import { isPrivateGroup } from '../../lib/trust/private-group.ts'

const PASSWD = `root:x:0:0:root:/root:/bin/bash
jo:x:1000:1000::/home/jo:/bin/sh
al:x:1001:1001::/home/al:/bin/sh
bo:x:1002:1500::/home/bo:/bin/sh
void:x::1600:an account without a number, which is not root:/:
`
const GROUP = `root:x:0:
jo:x:1000:
al:x:1001:jo
team:x:1500:
staff:x:50:jo,al
both:x:60:root,jo
twice:x:70:
again:x:70:al
void:x:1600:
`

describe('trust: whether a group is private to a user', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-groups-'))
  before(() => {
    writeFileSync(join(folder, 'passwd'), PASSWD)
    writeFileSync(join(folder, 'group'), GROUP)
  })
  after(() => rmSync(folder, { recursive: true }))

  const rows: readonly (readonly [gid: number, user: number, isPrivate: boolean, why: string])[] = [
    [1000, 1000, true, 'its own group'],
    [1000, 1001, false, 'the group of another user'],
    [1001, 1001, false, 'its own group, with a member'],
    [1001, 1000, false, 'a group that it is in, of another user'],
    [1500, 1000, false, 'a group that is somebody’s first'],
    [1500, 1002, true, 'a group of another name that is its first'],
    [50, 1000, false, 'a group with others'],
    [60, 1000, true, 'a group with root'],
    [70, 1000, false, 'two groups with one number, of which one has another member'],
    [0, 0, true, 'that of root'],
    [1600, 1000, false, 'the first group of an account without a number'],
    [4711, 1000, false, 'an unknown group'],
  ]
  for (const [gid, user, isPrivate, why] of rows) {
    it(`${isPrivate}: ${why}`, () => {
      expect(isPrivateGroup(gid, user, readAccounts(folder))).to.equal(isPrivate)
    })
  }

  it('false where the files can’t be read', () => {
    expect(isPrivateGroup(1000, 1000, readAccounts('/nowhere'))).to.equal(false)
  })
})
