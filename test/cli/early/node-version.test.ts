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
})
