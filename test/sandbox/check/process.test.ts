import { expect } from 'chai'
import { processFindings } from '../../../lib/sandbox/check/process.ts'
import { linesOf } from './findings.ts'

const ACCOUNT = { name: 'web', uid: 7, gid: 7, groups: [] }
const WANTED = {
  landlock: { enabled: true, required: false },
  capabilities: 'drop',
  account: undefined,
  declared: [],
} as const
const FACTS = { uid: 7, held: 0n, glibc: '2.41' }

describe('sandbox check: the process', () => {
  it('is content with a user of its own', () => {
    expect(processFindings(WANTED, FACTS)).to.deep.equal([])
    expect(processFindings({ ...WANTED, account: ACCOUNT }, FACTS)).to.deep.equal([])
    expect(processFindings({ ...WANTED, account: ACCOUNT }, { ...FACTS, uid: 0 })).to.deep.equal([])
  })

  it('warns of root without a user', () => {
    const lines = linesOf(processFindings(WANTED, { ...FACTS, uid: 0 }))
    expect(lines.join()).to.match(/^warning: this is root.*set user/)
    const root = { name: 'root', uid: 0, gid: 0, groups: [] }
    const named = linesOf(processFindings({ ...WANTED, account: root }, { ...FACTS, uid: 0 }))
    expect(named).to.deep.equal(['warning: user root is root: name another'])
  })

  it('knows that only root becomes another', () => {
    const lines = linesOf(processFindings({ ...WANTED, account: ACCOUNT }, { ...FACTS, uid: 8 }))
    expect(lines.join()).to.match(/^error: user web can only be had by root, and this is uid 8/)
  })

  it('names the capabilities that are declared and not held', () => {
    const declared = [{ capability: 'CAP_AUDIT_READ', who: 'beat audit' }]
    const lines = linesOf(processFindings({ ...WANTED, declared }, FACTS))
    expect(lines.join()).to.match(
      /^warning: beat audit declares CAP_AUDIT_READ.*AmbientCapabilities/,
    )
    expect(processFindings({ ...WANTED, declared }, { ...FACTS, held: 1n << 37n })).to.deep.equal(
      [],
    )
  })

  it('needs glibc to reach every thread', () => {
    const musl = { ...FACTS, glibc: undefined }
    expect(linesOf(processFindings(WANTED, musl)).join()).to.match(/^warning: libc is not glibc/)
    const required = { ...WANTED, landlock: { enabled: true, required: true } }
    expect(linesOf(processFindings(required, musl)).join()).to.match(/^error: /)
    const nothing = {
      ...WANTED,
      landlock: { enabled: false, required: false },
      capabilities: 'keep',
    } as const
    expect(processFindings(nothing, musl)).to.deep.equal([])
  })
})
