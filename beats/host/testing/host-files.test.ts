import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { hostFiles } from '../host-files.ts'
import { tree } from './tree.ts'

describe('host: the files of the host', () => {
  const host = tree({
    ...{ 'proc/a': 'one\ntwo\n', 'sys/b': '-> ../proc/a', 'proc/empty': '' },
    'proc/long': 'é123456789'.repeat(20_000),
  })
  const { files, root } = host
  after(() => host.remove())

  const thrownBy = (act: () => unknown): unknown => {
    try {
      return act()
    } catch (error) {
      return error
    }
  }

  it("are those of this process, or in a container those of the host's first one", () => {
    const found = ['/', '//', '/x/..', '/hostfs'].map(path => hostFiles(path).process)
    expect(found).to.deep.equal(['proc/self', 'proc/self', 'proc/self', 'proc/1'])
    expect(hostFiles('/hostfs').resolve('/srv/x')).to.equal('/hostfs/srv/x')
  })

  it('are read as they are, whatever their length', () => {
    const asIs = (text: string): string => text
    expect(files.read('proc/a', asIs)).to.equal('one\ntwo\n')
    expect(files.read('proc/long', asIs)).to.equal('é123456789'.repeat(20_000))
    expect(files.read('proc/a', asIs)).to.equal('one\ntwo\n')
    expect(files.read('proc/empty', asIs)).to.equal('')
  })

  it('are small texts, links, numbers and names, or not there', () => {
    expect(files.text('proc/a')).to.equal('one\ntwo')
    expect(files.link('sys/b')).to.equal('../proc/a')
    expect(files.inode('sys/b')).to.equal(statSync(join(root, 'proc/a')).ino)
    expect(files.names('sys')).to.deep.equal(['b'])
    expect(files.list('sys')).to.deep.equal(['b'])
    const none = [
      files.text('no'),
      files.link('proc/a'),
      files.inode('no'),
      files.inode('proc/a/b'),
    ]
    expect(none).to.deep.equal([undefined, undefined, undefined, undefined])
    expect(files.names('no')).to.deep.equal([])
    expect(() => files.list('no')).to.throw('ENOENT')
    expect(() => files.read('no', Number)).to.throw('ENOENT')
  })

  it('are named by an error of what parses them', () => {
    const cause = new Error('has no line')
    const error = thrownBy(() =>
      files.read('proc/a', () => {
        throw cause
      }),
    )
    expect(error).to.have.property('message', `${root}/proc/a has no line`)
    expect(error).to.have.property('cause', cause)
    const odd = thrownBy(() =>
      files.read('proc/a', () => {
        throw 'is odd'
      }),
    )
    expect(odd).to.have.property('message', `${root}/proc/a is odd`)
  })

  it('do not stay open', () => {
    const next = (): number => {
      const descriptor = openSync(tmpdir(), 'r')
      closeSync(descriptor)
      return descriptor
    }
    const before = next()
    for (let count = 0; count < 100; count++) files.text('proc/a')
    expect(next()).to.be.below(before + 100)
  })

  it('are the devices of the kernel only where it shows them itself', function () {
    expect(files.hasSysfs).to.equal(false)
    expect(hostFiles(join(root, 'none')).hasSysfs).to.equal(false)
    if (!existsSync('/sys/devices/virtual')) {
      console.log('    skipped: sysfs is not mounted here')
      return this.skip()
    }
    expect(hostFiles('/').hasSysfs).to.equal(true)
  })
})
