import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { handOver } from '../../../lib/agent/process/hand-over.ts'
import { needsLinux, skip } from '../../live.ts'
import { temporaryFolder } from '../temporary.ts'

const ACCOUNT = { name: 'agent', uid: 4711, gid: 4712, groups: [4713] }

describe('agent: what is handed over to another user', () => {
  const folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  const ownerOf = (name: string) => {
    const { uid, gid } = lstatSync(at(name))
    return `${uid}:${gid}`
  }
  before(function () {
    needsLinux.call(this)
    if (process.getuid?.() !== 0) skip(this, 'only root can give files away')
  })
  beforeEach(() => {
    mkdirSync(at('data/state'), { recursive: true })
    writeFileSync(at('data/state/one.json'), '{}')
    writeFileSync(at('data/lock'), '')
    mkdirSync(at('outside/below'), { recursive: true })
    writeFileSync(at('outside/secret'), '')
    writeFileSync(at('outside/below/secret'), '')
  })

  it('is every folder and file of root below its own folders', () => {
    expect(handOver({ own: [at('data')], others: [] }, ACCOUNT)).to.deep.equal([])
    for (const name of ['data', 'data/state', 'data/state/one.json', 'data/lock']) {
      expect(ownerOf(name), name).to.equal('4711:4712')
    }
    expect(ownerOf('outside')).to.equal('0:0')
  })

  it('is nothing that belongs to somebody else', () => {
    chownSync(at('data/lock'), 1234, 1234)
    handOver({ own: [at('data')], others: [] }, ACCOUNT)
    expect(ownerOf('data/lock')).to.equal('1234:1234')
  })

  it('is nothing that a symbolic link leads to, nor the link, nor a file with a second name', () => {
    symlinkSync(at('outside/secret'), at('data/file'))
    symlinkSync(at('outside'), at('data/folder'))
    linkSync(at('outside/below/secret'), at('data/second'))
    handOver({ own: [at('data')], others: [] }, ACCOUNT)
    const kept = ['outside', 'outside/secret', 'outside/below/secret', 'data/file', 'data/folder']
    for (const name of [...kept, 'data/second']) expect(ownerOf(name), name).to.equal('0:0')
    expect(ownerOf('data/lock'), 'the others are given all the same').to.equal('4711:4712')
  })

  it('is not its own folder either, if that is a symbolic link', () => {
    symlinkSync(at('outside'), at('link'))
    handOver({ own: [at('link')], others: [] }, ACCOUNT)
    expect(ownerOf('outside/secret')).to.equal('0:0')
  })

  it('leaves a folder that does not exist to who makes it', () => {
    expect(handOver({ own: [at('none')], others: [at('nor this')] }, ACCOUNT)).to.deep.equal([])
  })

  it('refuses a folder of the operator that the user may not write, with the command', () => {
    const problems = handOver({ own: [], others: [at('outside')] }, ACCOUNT)
    expect(problems).to.deep.equal([
      `${at('outside')} can't be written by agent: chown 4711:4712 ${at('outside')}`,
    ])
    expect(ownerOf('outside'), 'and does not do it itself').to.equal('0:0')
  })

  const WRITABLE: readonly (readonly [uid: number, gid: number, mode: number, may: boolean])[] = [
    [4711, 0, 0o700, true],
    [4711, 0, 0o577, false],
    [0, 4712, 0o730, true],
    [0, 4713, 0o730, true],
    [0, 4712, 0o750, false],
    [0, 4712, 0o707, false],
    [0, 0, 0o703, true],
    [0, 0, 0o702, false],
    [0, 0, 0o775, false],
  ]
  for (const [uid, gid, mode, may] of WRITABLE) {
    it(`${may ? 'takes' : 'refuses'} one of ${uid}:${gid} with mode ${mode.toString(8)}`, () => {
      chownSync(at('outside'), uid, gid)
      chmodSync(at('outside'), mode)
      const problems = handOver({ own: [], others: [at('outside')] }, ACCOUNT)
      expect(problems).to.have.lengthOf(may ? 0 : 1)
    })
  }

  it('gives the file that is open below a folder of the operator, and no other one', () => {
    chownSync(at('outside'), 4711, 4712)
    openSync(at('outside/secret'), 'a')
    expect(handOver({ own: [], others: [at('outside')] }, ACCOUNT)).to.deep.equal([])
    expect(ownerOf('outside/secret')).to.equal('4711:4712')
    expect(ownerOf('outside/below/secret')).to.equal('0:0')
  })
})
