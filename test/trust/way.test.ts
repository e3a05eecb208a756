import { tmpdir } from 'node:os'
import { expect } from 'chai'
import type { Step } from '../../lib/trust/walk.ts'
import { isReadOnly, isUnmapped, wayProblems } from '../../lib/trust/way.ts'

const PATH = '/srv/web'
type Host = NonNullable<Parameters<typeof wayProblems>[2]>
const HOST: Host = { isPrivate: () => false, isUnmapped: () => false, isReadOnly: () => false }

const folder = (uid: number, mode: number, path = PATH): Step => {
  return { kind: 'folder', path, uid, gid: 50, mode: 0o040000 | mode, id: '' }
}
const foreign = (uid: number) =>
  `folder ("${PATH}") must be owned by the user identifier (uid=1000) or root, not by uid ${uid} ` +
  `(to fix the owner use: 'chown 1000 ${PATH}')`
const writable = (permissions: string) =>
  `folder ("${PATH}") can only be writable by the owner but the permissions are "${permissions}" ` +
  `(to fix the permissions use: 'chmod go-w ${PATH}')`

describe('trust: who may change the way to a file', () => {
  const found = (step: Step, host: Partial<Host> = {}) =>
    wayProblems([step], 1000, { ...HOST, ...host })

  const rows: readonly (readonly [uid: number, mode: number, ...problems: string[]])[] = [
    [1000, 0o755],
    [0, 0o755],
    [0, 0o700],
    [1001, 0o755, foreign(1001)],
    [0, 0o775, writable('drwxrwxr-x')],
    [1000, 0o757, writable('drwxr-xrwx')],
    [1001, 0o777, foreign(1001), writable('drwxrwxrwx')],
    [0, 0o1777],
    [1000, 0o1775],
    [1001, 0o1777, foreign(1001)],
  ]
  for (const [uid, mode, ...problems] of rows) {
    it(`a folder of uid ${uid}, mode ${mode.toString(8)}: ${problems.length} problems`, () => {
      expect(found(folder(uid, mode))).to.deep.equal(problems)
    })
  }

  it('lets a private group write', () => {
    const isPrivate = () => true
    expect(found(folder(1000, 0o775), { isPrivate })).to.deep.equal([])
    expect(found(folder(1000, 0o777), { isPrivate })).to.deep.equal([writable('drwxrwxrwx')])
  })

  it('does not mind the mode on a mount that is read-only, but the owner', () => {
    const isReadOnly = (path: string) => path === PATH
    expect(found(folder(0, 0o777), { isReadOnly })).to.deep.equal([])
    expect(found(folder(1001, 0o777), { isReadOnly })).to.deep.equal([foreign(1001)])
  })

  it('takes an owner that the namespace does not have for root', () => {
    const isUnmapped = (uid: number) => uid === 65534
    expect(found(folder(65534, 0o755), { isUnmapped })).to.deep.equal([])
    expect(found(folder(65534, 0o777), { isUnmapped })).to.have.length(1)
    expect(found(folder(1001, 0o755), { isUnmapped })).to.have.length(1)
  })

  it('asks a link only for its owner, as its mode means nothing', () => {
    const link = (uid: number): Step => ({ ...folder(uid, 0o777), kind: 'link' })
    expect(found(link(0))).to.deep.equal([])
    expect(found(link(1001))).to.deep.equal([
      `symbolic link ("${PATH}") must be owned by the user identifier (uid=1000) or root, not by uid 1001 ` +
        `(to fix the owner use: 'chown -h 1000 ${PATH}')`,
    ])
  })

  it('leaves the file at the end to others', () => {
    expect(found({ ...folder(1001, 0o777), kind: 'file' })).to.deep.equal([])
  })

  it('names every folder that is wrong', () => {
    const steps = [folder(0, 0o755, '/'), folder(0, 0o757, '/a'), folder(1, 0o755, '/a/b')]
    expect(wayProblems(steps, 1000, HOST).map(each => /"(.*?)"/.exec(each)?.[1])).to.deep.equal([
      '/a',
      '/a/b',
    ])
  })

  it('gives a command that a shell can take, or none', () => {
    const said = (path: string) => found(folder(0, 0o777, path)).join()
    expect(said('/srv/my web')).to.match(/use: 'chmod go-w "\/srv\/my web"'\)$/)
    expect(said('/srv/é')).to.match(/use: 'chmod go-w \/srv\/é'\)$/)
    for (const path of ['/a;reboot', '/$(id)', "/a'b", '/a"b', '/a\nb', '/a\u001b[2J', '/`id`']) {
      expect(said(path))
        .to.match(/are "drwxrwxrwx"$/)
        .and.contain(JSON.stringify(path))
    }
  })
})

describe('trust: a mount that is read-only', () => {
  it('is not that of a folder that may be written, nor what is missing', () => {
    expect(isReadOnly(tmpdir())).to.equal(false)
    expect(isReadOnly('/nowhere')).to.equal(false)
  })
})

describe('trust: owners that the user namespace does not have', () => {
  const isIt = (uid: number, map: string, overflow = '65534\n') =>
    isUnmapped(uid, file => (file === '/proc/self/uid_map' ? map : overflow))

  const rows: readonly (readonly [uid: number, map: string, expected: boolean, what: string])[] = [
    [65534, '         0       1000          1\n', true, 'one user'],
    [65534, '0 1000 1\n1 100000 65535\n', false, 'a range that has the number itself'],
    [65534, '0 1000 1\n1 100000 65533\n', true, 'a range that ends before it'],
    [65534, '65534 1000 1\n', false, 'the number alone'],
    [65534, '65535 1000 1\n', true, 'a range that begins after it'],
    [65534, '0 0 4294967295\n', false, 'the namespace of the host'],
    [1001, '0 1000 1\n', false, 'another number'],
  ]
  for (const [uid, map, expected, what] of rows) {
    it(`${uid} with ${what}: ${expected}`, () => {
      expect(isIt(uid, map)).to.equal(expected)
    })
  }

  it('are none without /proc, and go by the number that the kernel has for them', () => {
    const fail = () => {
      throw new Error('ENOENT')
    }
    expect(isUnmapped(65534, fail)).to.equal(false)
    expect(isIt(99, '0 1000 1\n', '99\n')).to.equal(true)
  })
})
