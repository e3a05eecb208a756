import { expect } from 'chai'
import { ownershipProblems } from '../../../lib/config/source/ownership.ts'

const FILE = { kind: 'config', name: 'beat.yml', path: '/etc/web/beat.yml' } as const
const FOREIGN = 'config file ("beat.yml") must be owned by the user identifier (uid=1000) or root'
const writable = (permissions: string) =>
  `config file ("beat.yml") can only be writable by the owner but the permissions are ` +
  `"${permissions}" (to fix the permissions use: 'chmod go-w /etc/web/beat.yml')`

describe('config: who may change a file', () => {
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
      expect(ownershipProblems(FILE, { uid, mode }, 1000)).to.deep.equal(problems)
    })
  }

  it('takes root for no exception: what root runs, root has to own', () => {
    expect(ownershipProblems(FILE, { uid: 1000, mode: 0o644 }, 0)).to.have.length(1)
  })
})
