import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { findAccount } from '../../lib/sandbox/account.ts'

const PASSWD = `root:x:0:0:root:/root:/bin/sh
agent:x:990:991:Agent:/var/lib/agent:/usr/sbin/nologin

nobody:x:65534:65534::/:
12:x:770:771::/:
+::::::
empty:x::100::/:
huge:x:4294967295:100::/:
grouped:x:880:::/:
`
const GROUP = `root:x:0:
adm:x:4:syslog,agent
agent:x:991:
journal:x:190:agent
users:x:100:agents,xagent
void:x::agent
`

describe('sandbox: the account of a user', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-account-'))
  before(() => {
    writeFileSync(join(folder, 'passwd'), PASSWD)
    writeFileSync(join(folder, 'group'), GROUP)
  })
  after(() => rmSync(folder, { recursive: true }))

  const find = (written: string) => findAccount(written, folder)

  it('by name, with the groups that list it', () => {
    const agent = { name: 'agent', uid: 990, gid: 991, groups: [4, 190] }
    expect(find('agent')).to.deep.equal(agent)
    expect(find('nobody')).to.deep.equal({ name: 'nobody', uid: 65534, gid: 65534, groups: [] })
  })

  it('by uid, with the groups of the name that has it', () => {
    expect(find('990')).to.deep.equal({ name: '990', uid: 990, gid: 991, groups: [4, 190] })
    expect(find('990:4')).to.deep.include({ uid: 990, gid: 4, groups: [4, 190] })
  })

  it('by uid:gid alone, which needs no line', () => {
    expect(find('1234:5678')).to.deep.equal({ name: '1234:5678', uid: 1234, gid: 5678, groups: [] })
    expect(findAccount('1:2', '/nowhere')).to.deep.include({ uid: 1, gid: 2 })
  })

  it('takes digits for a uid, never for a name', () => {
    expect(find('12')).to.match(/^uid 12 has no line in .*passwd: write 12:GID$/)
  })

  const UNKNOWN = ['nobodi', 'Agent', 'agent ', 'agent:4', '990:adm', '-1', '', '1:2:3', ' 990']
  for (const written of UNKNOWN) {
    it(`"${written}" is nobody`, () => {
      expect(find(written)).to.match(/^there is no user .* in .*\/passwd$/)
    })
  }

  it('is nobody without a file', () => {
    expect(findAccount('root', '/nowhere')).to.equal('there is no user root in /nowhere/passwd')
  })

  // An empty field would be 0, which is root; 2^32 - 1 would change nothing.
  for (const written of ['+', 'empty', 'huge', 'grouped', '4294967295:1', '1:4294967295']) {
    it(`${written} has no number that the kernel takes`, () => {
      expect(find(written)).to.equal(`${written} has an invalid number`)
    })
  }

  it('takes the largest number that is one', () => {
    expect(find('4294967294:4294967294')).to.deep.include({ uid: 4294967294, gid: 4294967294 })
  })
})
