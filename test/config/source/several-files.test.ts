import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseConfig } from '../../../lib/config/parse.ts'
import { type ConfigSource, readDocument } from '../../../lib/config/source/document.ts'
import { mayDisableFilter } from '../../../lib/config/source/glance.ts'
import { linesOf, withFiles } from '../written.ts'

const read = (source: Partial<ConfigSource>) =>
  readDocument({ files: [], overrides: [], env: {}, ...source })

const OUTPUT = 'output.console: {}\n'

/** The beats that several files have together, and what is found in them. */
function joined(contents: readonly string[], overrides: readonly string[] = []) {
  return withFiles(contents, files => {
    const { value, findings } = read({ files, overrides })
    return { beats: value['beats'], found: findings.map(({ at, message }) => [at?.line, message]) }
  })
}

/** A folder with these files, and its path relative to the folder that it is in. */
function inFolder<T>(contents: Readonly<Record<string, string>>, use: (folder: string) => T): T {
  return withFiles([], (_, folder) => {
    mkdirSync(join(folder, 'web.d'), { mode: 0o755 })
    for (const [name, text] of Object.entries(contents)) {
      writeFileSync(join(folder, 'web.d', name), text, { mode: 0o644 })
    }
    return use(folder)
  })
}

describe('config: several files', () => {
  it('add beats to each other, in their order; -E replaces them all', () => {
    const contents = [
      'beats: [{ type: a }]\nname: x',
      'name: y',
      'beats: [{ type: b }, { type: c }]',
    ]
    const beats = [{ type: 'a' }, { type: 'b' }, { type: 'c' }]
    expect(joined(contents)).to.deep.equal({ beats, found: [] })
    expect(joined(contents, ['beats=[{ type: d }]']).beats).to.deep.equal([{ type: 'd' }])
  })

  it('may have none, wherever they stand', () => {
    for (const contents of [
      ['beats:', 'beats: [a]'],
      ['beats: [a]', 'beats:'],
      ['beats: []', 'beats: [a]'],
    ]) {
      expect(joined(contents), contents.join()).to.deep.equal({ beats: ['a'], found: [] })
    }
  })

  it('do not hide each other’s mistakes', () => {
    const message = 'must be a list: each file adds to it'
    const first = joined(['\nbeats: { type: a }', 'beats: [b]'])
    expect(first).to.deep.equal({ beats: ['b'], found: [[2, message]] })
    const second = joined(['beats: [a]', '\n\nbeats: b'])
    expect(second).to.deep.equal({ beats: ['a'], found: [[3, message]] })
  })

  it('have an id once: both places are named, and all problems of all files at once', () => {
    const contents = [
      `beats:\n- { type: host, perod: 1 }\n- { type: ./x.js, id: mine }\n${OUTPUT}`,
      'beats:\n- type: host\n- type: audit\n  id: mine\nlogin: 1\n',
    ]
    withFiles(contents, files => {
      const { problems } = parseConfig(read({ files }))
      const said = problems.problems.map(({ position = '', message }) => {
        return `${position.replace(/.*\//, '')}: ${message.replace(/\(\/.*\//, '(')}`
      })
      expect(said).to.deep.equal([
        '1.yml:2:3: "host" is already the id of beats[0] (0.yml:2:3); change one of them',
        '1.yml:4:3: "mine" is already the id of beats[1] (0.yml:3:19); change one of them',
        '1.yml:5:1: unknown key (did you mean "logging"?)',
      ])
    })
  })
})

describe('config: a folder of files', () => {
  const names = (folder: string) =>
    read({ files: ['web.d'], folder }).files.map(file => file.replace(folder, ''))

  it('is read in the order of the bytes, without what editors and package managers leave', () => {
    const left = [
      '.b.yml',
      '.c.yml.swp',
      '#d.yml#',
      'e.yml~',
      'f.yml.bak',
      'README',
      'g.yml.dpkg-dist',
    ]
    const more = ['h.yml.dpkg-old', 'i.yml.rpmsave', 'j.yml.rpmnew', 'k.json', '.yml']
    const kept = ['10-a.yml', '9-b.yaml', 'B.yml', 'a.yml', 'é.yml']
    const all = [...left, ...more, ...kept].reverse()
    inFolder(Object.fromEntries(all.map(name => [name, 'x: 1'])), folder => {
      expect(names(folder)).to.deep.equal(['web.d', ...kept.map(name => `web.d/${name}`)])
    })
  })

  it('stands where it is named: later files win, and add their beats', () => {
    const contents = { '2.yml': 'name: c\nbeats: [c]', '1.yml': 'name: b\nbeats: [b]' }
    inFolder(contents, folder => {
      writeFileSync(join(folder, 'web.yml'), 'name: a\nbeats: [a]', { mode: 0o644 })
      const values = [
        ['web.yml', 'web.d'],
        ['web.d', 'web.yml'],
      ].map(files => {
        return read({ files, folder }).value
      })
      expect(values).to.deep.equal([
        { name: 'c', beats: ['a', 'b', 'c'] },
        { name: 'a', beats: ['b', 'c', 'a'] },
      ])
    })
  })

  it('says where each value is from, and reports the problems of all its files at once', () => {
    inFolder({ 'a.yml': 'x: 1', 'b.yml': '\ny: 2' }, folder => {
      const document = read({ files: ['web.d'], folder })
      expect(document.locate(['y'])).to.equal('web.d/b.yml:2:1')
    })
    inFolder({ 'a.yml': 'x: ]', 'b.yml': '', 'c.yml': 'z: 1' }, folder => {
      const lines = linesOf(() => read({ files: ['web.d', 'none'], folder }))
      expect(lines.slice(0, 2)).to.deep.equal([
        'web.d/a.yml:1:4: Unexpected flow-seq-end token',
        'web.d/b.yml: is empty',
      ])
      expect(lines[2]).to.match(/^none: no such file in /)
      expect(lines).to.have.lengthOf(3)
    })
  })

  it('may be empty, and may be a link', () => {
    inFolder({}, folder => {
      symlinkSync('web.d', join(folder, 'link'))
      expect(read({ files: ['link'], folder }).value).to.deep.equal({})
      writeFileSync(join(folder, 'web.d/a.yml'), 'x: 1', { mode: 0o644 })
      expect(read({ files: ['link'], folder }).value).to.deep.equal({ x: 1 })
    })
  })

  it('is refused, even while it is empty, where others may put files into it', () => {
    inFolder({}, folder => {
      chmodSync(join(folder, 'web.d'), 0o777)
      const refused = linesOf(() => read({ files: ['web.d'], folder }))
      expect(refused).to.have.lengthOf(1)
      expect(refused[0]).to.match(
        /^web\.d: folder \(".*web\.d"\) can only be writable by the owner/,
      )
      expect(refused[0]).to.include('drwxrwxrwx')
      expect(read({ files: ['web.d'], folder, strictPerms: false }).value).to.deep.equal({})
    })
  })

  it('says each problem of the way once, and checks each file', () => {
    inFolder({ 'a.yml': 'x: 1', 'b.yml': 'y: 1' }, folder => {
      chmodSync(join(folder, 'web.d'), 0o777)
      chmodSync(join(folder, 'web.d/b.yml'), 0o666)
      const lines = linesOf(() => read({ files: ['web.d'], folder }))
      expect(lines.map(line => line.split(' can only')[0])).to.deep.equal([
        lines[0]?.split(' can only')[0],
        'web.d/b.yml: config file ("web.d/b.yml")',
      ])
      expect(lines[0]).to.match(/^web\.d: folder /)
    })
  })

  it('has at most a thousand files', () => {
    const many = Array.from({ length: 1001 }, (_, at) => [`${at}.yml`, ''])
    inFolder(Object.fromEntries(many), folder => {
      const lines = linesOf(() => read({ files: ['web.d'], folder }))
      expect(lines).to.deep.equal(['web.d: has 1001 files, and at most 1000 are read'])
    })
  })

  it('is where plugins are looked for, if it is named first', () => {
    inFolder({ 'a.yml': 'x: 1' }, folder => {
      const configFolder = (...files: readonly string[]) => read({ files, folder }).configFolder
      expect(configFolder('web.d')).to.equal(join(folder, 'web.d'))
      expect(configFolder('web.d/a.yml', 'web.d')).to.equal(join(folder, 'web.d'))
      writeFileSync(join(folder, 'web.yml'), 'x: 1', { mode: 0o644 })
      expect(configFolder('web.yml', 'web.d')).to.equal(folder)
    })
  })

  it('need not be there if it only stands beside the file', () => {
    inFolder({ 'a.yml': 'x: 2' }, folder => {
      writeFileSync(join(folder, 'web.yml'), 'x: 1', { mode: 0o644 })
      const value = (dropIns: string) => read({ files: ['web.yml'], dropIns, folder }).value
      expect(value('none.d')).to.deep.equal({ x: 1 })
      expect(value('web.yml')).to.deep.equal({ x: 1 })
      expect(value('web.d')).to.deep.equal({ x: 2 })
    })
  })

  it('is looked into before the restart', () => {
    const may = (text: string) =>
      inFolder({ 'a.yml': text }, folder =>
        mayDisableFilter({ files: [], dropIns: join(folder, 'web.d'), overrides: [] }),
      )
    expect(may('seccomp.enabled: false')).to.equal(true)
    expect(may('name: x')).to.equal(false)
  })
})
