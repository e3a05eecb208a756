import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { requireNode } from '../../../lib/cli/early/node-version.ts'

describe('the version of Node', () => {
  for (const version of ['v20.19.0', 'v20.20.2', 'v22.0.0', 'v100.1.0']) {
    it(`${version} will do`, () => requireNode(version))
  }

  for (const version of ['v18.20.8', 'v20.18.3']) {
    it(`${version} is refused, with what is needed`, () => {
      const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
      const oldest = engines.node.replace('>=', '')
      expect(() => requireNode(version)).to.throw(
        `Node.js ${oldest} or later is required, but this is ${version}`,
      )
    })
  }

  it('is looked at by make before anything is built, in the same words', () => {
    const rule = /^node_modules\/\.installed:.*\n\t@(node \S+)\n/m.exec(
      readFileSync('Makefile', 'utf8'),
    )
    const [, program = ''] = rule?.[1]?.split(' ') ?? []
    const under = (version: string) => {
      const versions = `{ ...process.versions, node: '${version}' }`
      const older = `Object.defineProperty(process, 'versions', { value: ${versions} })`
      const args = ['--import', `data:text/javascript,${encodeURIComponent(older)}`, program]
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      return { status, stderr }
    }
    expect(under('20.19.0')).to.deep.equal({ status: 0, stderr: '' })
    for (const version of ['18.20.8', '20.18.3']) {
      expect(under(version).status, version).to.equal(1)
      expect(under(version).stderr).to.match(/^Node\.js 20\.19 or later is required, but this is /)
    }
  })
})
