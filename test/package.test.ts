import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

describe('the package', () => {
  let files: readonly string[]
  before(function () {
    this.timeout(60_000)
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
    const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', stdio: 'pipe' }))
    files = packed.files.map(({ path }: { path: string }) => path)
  })

  it('has what its manifest refers to', () => {
    const { bin, exports } = manifest
    const named: readonly string[] = JSON.stringify([bin, exports]).match(/[\w./-]+\.\w+/g) ?? []
    const paths = named.map(path => path.replace('./', ''))
    expect(paths).to.include('package.json').and.to.include(bin.sealbeat)
    expect(files).to.include.members(paths)
  })

  it('has the sources of the addon, to be built where it is installed', () => {
    expect(files).to.include.members(['binding.gyp', 'addon/sealbeat.cc', 'addon/unsupported.cc'])
  })

  it('has no tests', () => {
    expect(files.filter(path => /\.test\.|^addon\/testing/.test(path))).to.deep.equal([])
  })

  it('brings the types that its own refer to', () => {
    expect(manifest.dependencies).to.include.keys('convict', '@types/convict', 'pino')
  })
})
