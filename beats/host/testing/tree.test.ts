import { expect } from 'chai'
import { tree } from './tree.ts'

describe('host: a tree of files', () => {
  it('has what was written, linked and removed', () => {
    const { files, write, remove } = tree({ 'proc/a': '1\n', 'sys/b': '-> ../proc/a' })
    expect([files.text('sys/b'), files.link('sys/b'), files.names('proc')]).to.deep.equal([
      ...['1', '../proc/a', ['a']],
    ])
    write({ 'proc/a': undefined })
    expect([files.text('sys/b'), files.names('proc'), files.names('none')]).to.deep.equal([
      ...[undefined, [], []],
    ])
    expect(files.hasSysfs).to.equal(false)
    remove()
  })
})
