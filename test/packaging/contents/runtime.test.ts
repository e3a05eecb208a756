import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { librariesOf } from '../../../lib/packaging/contents/libraries.ts'
import { runtimeEntries } from '../../../lib/packaging/contents/runtime.ts'
import { copy, file } from '../../../lib/packaging/formats/tree.ts'
import { debRequirements, rpmRequirements } from '../../../lib/packaging/requirements.ts'
import { needs, run } from '../programs.ts'

describe('the Node in a package', () => {
  let folder: string
  before(function () {
    needs('gcc').call(this)
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-runtime-'))
  })
  after(() => folder && rmSync(folder, { recursive: true }))

  /** Compiles a C program. */
  function compile(name: string, source: string, ...args: readonly string[]): string {
    const target = join(folder, name)
    writeFileSync(`${target}.c`, source)
    run('gcc', ['-o', target, `${target}.c`, ...args, `-Wl,-rpath,${folder}`])
    return target
  }

  const bundled = (executable: string) => runtimeEntries('bundled', executable)

  it('is the one that runs, or none', () => {
    expect(bundled(process.execPath)).to.deep.equal([copy('/bin/node', process.execPath, 0o755)])
    expect(runtimeEntries('system', '/gone')).to.deep.equal([])
  })

  it('is refused where it is linked with what other machines have not', () => {
    compile('libnode.so.108', 'int start(void) { return 0; }', '-shared', '-fPIC')
    const main = 'int start(void); int main(void) { return start(); }'
    const program = compile('node', main, join(folder, 'libnode.so.108'))
    expect(() => bundled(program)).to.throw(
      `${program} can't be bundled: it is linked with libnode.so.108; package with a Node from`,
    )
    // The same if the library is missing here, too.
    rmSync(join(folder, 'libnode.so.108'))
    expect(() => bundled(program)).to.throw("node can't be bundled")
  })

  it('is taken with the libraries that come with compilers', () => {
    const program = compile('plain', 'int main(void) { return 7; }')
    expect(bundled(program)).to.have.lengthOf(1)
  })

  it('is refused where it has its own libc, or is no program', () => {
    const alone = compile('static', 'int main(void) { return 0; }', '-static')
    expect(() => bundled(alone)).to.throw('a libc other than glibc')
    expect(() => bundled(join(folder, 'gone'))).to.throw('gone')
  })

  it('and every other native code says which libraries it takes', () => {
    const source = 'const char *seen[] = { "GLIBC_2.17", "GLIBCXX_3.4.30", "libatomic.so.1" };\n'
    const own = compile('own.so', source, '-shared', '-fPIC')
    expect(librariesOf([copy('/a.node', own)])).to.include({ glibcxx: 30, atomic: true })
    expect(librariesOf([copy('/b/bin/node', own), file('/x.so', 'GLIBC_2.99')]).glibc).not.to.equal(
      '2.99',
    )
    const none = { glibc: undefined, glibcxx: undefined, atomic: false }
    expect(librariesOf([copy('/a.js', own)])).to.deep.equal(none)
    const node = librariesOf([copy('/bin/node', process.execPath)])
    expect(Number(node.glibc?.replace('2.', ''))).to.be.within(17, 50)
  })
})

describe('what a package requires', () => {
  const libraries = { glibc: '2.28', glibcxx: 31, atomic: true }

  it('is named as Debian names it', () => {
    expect(debRequirements({ systemNode: undefined, libraries, arch: 'x64' })).to.deep.equal([
      'libc6 (>= 2.28)',
      'libstdc++6 (>= 13.2)',
      'libatomic1',
      'systemd (>= 252)',
    ])
    const newest = { ...libraries, glibcxx: 99 }
    expect(
      debRequirements({ systemNode: undefined, libraries: newest, arch: 'x64' })[1],
    ).to.include('15')
  })

  it('is named as libraries are where names of packages differ', () => {
    expect(rpmRequirements({ systemNode: '20.19', libraries, arch: 'arm64' })).to.deep.equal([
      'glibc >= 2.28',
      'libstdc++.so.6(GLIBCXX_3.4.31)(64bit)',
      'libatomic.so.1()(64bit)',
      'nodejs >= 20.19',
      'systemd >= 252',
    ])
    expect(rpmRequirements({ systemNode: undefined, libraries, arch: 'arm' })[2]).to.equal(
      'libatomic.so.1()',
    )
  })

  it('is little where there is no native code', () => {
    const none = { glibc: undefined, glibcxx: undefined, atomic: false }
    expect(debRequirements({ systemNode: undefined, libraries: none, arch: 'x64' })).to.deep.equal([
      'systemd (>= 252)',
    ])
  })
})
