import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
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

  it('has the files that its manifest refers to', () => {
    const { bin, exports } = manifest
    const named: readonly string[] = JSON.stringify([bin, exports]).match(/[\w./-]+\.\w+/g) ?? []
    const paths = named.map(path => path.replace('./', ''))
    expect(paths).to.include('package.json').and.to.include(bin.sealbeat)
    expect(files).to.include.members(paths)
  })

  it('has the sources of the addon, to build it where it is installed', () => {
    expect(files).to.include.members([
      ...['binding.gyp', 'addon/sealbeat.cc', 'addon/unsupported.cc', 'addon/install.mjs'],
    ])
  })

  it('has no tests', () => {
    const own = files.filter(path => !/^(config\/templates|node_modules)\//.test(path))
    expect(own.filter(path => /\.test\.|^addon\/testing/.test(path))).to.deep.equal([])
  })

  it('has every file of the templates, even those that npm leaves out of most packages', () => {
    const templates = readdirSync('config/templates', { recursive: true, encoding: 'utf8' })
      .map(path => `config/templates/${path}`)
      .filter(path => statSync(path).isFile())
    expect(files).to.include.members(templates)
    expect(templates).to.include('config/templates/beat/src/index.test.ts')
  })

  it('brings its dependencies, so that nothing is downloaded', () => {
    expect(manifest.bundleDependencies).to.equal(true)
    const packages = Object.keys(manifest.dependencies)
    expect(files).to.include.members(packages.map(name => `node_modules/${name}/package.json`))
  })

  it('brings the types that its own types refer to', () => {
    expect(manifest.dependencies).to.include.keys('convict', '@types/convict', 'pino')
  })

  it('has the licences of the code in its bundle', () => {
    expect(files).to.include('dist/bundle/LICENSES.txt')
  })
})
