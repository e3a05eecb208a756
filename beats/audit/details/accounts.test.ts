import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect } from 'chai'
import { localAccounts } from './accounts.ts'

describe('audit: names of users and groups', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/audit-`)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are those of the first line that has the id', () => {
    writeFileSync(`${folder}/passwd`, 'root:x:0:0:r:/:/bin/sh\ntoor:x:0:0::/:\nweb:x:33:34:::\n')
    const accounts = localAccounts(folder)
    expect([accounts.user(0), accounts.user(33), accounts.user(1)]).to.deep.equal([
      'root',
      'web',
      undefined,
    ])
    expect(accounts.group(0), 'there is no such file').to.equal(undefined)
    writeFileSync(`${folder}/group`, 'wheel:x:0:a,b\n\nweb:x:34:\n')
    const groups = localAccounts(folder)
    expect([groups.group(0), groups.group(34), groups.user(34)]).to.deep.equal([
      'wheel',
      'web',
      undefined,
    ])
  })

  it('are as the file has them now, which is looked at every five seconds', () => {
    const write = (name: string, at: number) => {
      writeFileSync(`${folder}/passwd`, `${name}:x:33:34:::\n`)
      utimesSync(`${folder}/passwd`, at, at)
    }
    let nowMs = 0
    const accounts = localAccounts(folder, () => nowMs)
    const nameAt = (time: number) => {
      nowMs = time
      return accounts.user(33)
    }
    write('web', 1_000)
    expect(nameAt(0)).to.equal('web')
    write('www', 2_000)
    expect(nameAt(5_000)).to.equal('web')
    expect(nameAt(5_001)).to.equal('www')
    write('other', 2_000)
    expect(nameAt(10_002), 'the file seems to be as it was').to.equal('www')
    rmSync(folder, { recursive: true })
    expect(nameAt(20_000), 'what was known is still used').to.equal('www')
  })

  // As in images whose files all have the time 0.
  it('are read of a file from the first second of 1970', () => {
    for (const seconds of [0, 0.001]) {
      writeFileSync(`${folder}/passwd`, 'web:x:33:34:::\n')
      utimesSync(`${folder}/passwd`, seconds, seconds)
      expect(localAccounts(folder).user(33), `${seconds}`).to.equal('web')
    }
  })

  it('are those of this system', () => {
    const name = (file: string) => /^([^:]*):[^:]*:0:/m.exec(readFileSync(file, 'utf8'))?.[1]
    const accounts = localAccounts()
    expect([accounts.user(0), accounts.group(0)]).to.deep.equal([
      name('/etc/passwd'),
      name('/etc/group'),
    ])
    expect(accounts.user(0)).to.be.a('string')
  })
})
