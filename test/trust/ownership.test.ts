import { expect } from 'chai'
import { ownershipProblems } from '../../lib/trust/ownership.ts'

const FILE = { kind: 'config', name: 'beat.yml', path: '/etc/web/beat.yml' } as const
const FOREIGN = 'config file ("beat.yml") must be owned by the user identifier (uid=1000) or root'
const writable = (permissions: string) =>
  `config file ("beat.yml") can only be writable by the owner but the permissions are ` +
  `"${permissions}" (to fix the permissions use: 'chmod go-w /etc/web/beat.yml')`

describe('trust: who may change a file', () => {
  const rows: readonly (readonly [uid: number, mode: number, ...problems: string[]])[] = [
    [1000, 0o100644],
    [1000, 0o100600],
    [0, 0o100644],
    [0, 0o100755],
    [1001, 0o100644, FOREIGN],
    [1000, 0o100664, writable('-rw-rw-r--')],
    [1000, 0o100642, writable('-rw-r---w-')],
    [0, 0o104777, writable('-rwxrwxrwx')],
    [1001, 0o100620, FOREIGN, writable('-rw--w----')],
  ]
  for (const [uid, mode, ...problems] of rows) {
    it(`uid ${uid}, mode ${mode.toString(8)}: ${problems.length} problems`, () => {
      const found = ownershipProblems(FILE, { uid, gid: 50, mode }, 1000, () => false)
      expect(found).to.deep.equal(problems)
    })
  }

  it('lets the group write it if nobody else is in it, and others never', () => {
    const asked: unknown[] = []
    const isPrivate = (...what: readonly number[]) => asked.push(what) > 0
    const found = (mode: number) =>
      ownershipProblems(FILE, { uid: 1000, gid: 50, mode }, 1000, isPrivate)
    expect(found(0o100664)).to.deep.equal([])
    expect(found(0o100666)).to.deep.equal([writable('-rw-rw-rw-')])
    expect(asked).to.deep.equal([[50, 1000]])
  })

  it('takes root for no exception: what root runs, root has to own', () => {
    expect(ownershipProblems(FILE, { uid: 1000, gid: 0, mode: 0o644 }, 0)).to.have.length(1)
  })
})
