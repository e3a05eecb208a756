import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { skip } from '../../live.ts'
import { NODE_MAJORS, nodeBinary } from '../../nodes.ts'

/** Of an import that needs WebAssembly, Node 22 tells a moment after it. */
const program = (module: string) =>
  `import('${module}').then(() => setTimeout(() => console.log('works'), 50))`

function outputOf(node: string, module: string): string {
  const { stdout } = spawnSync(node, ['--jitless', '-e', program(module)], { encoding: 'utf8' })
  return stdout
}

describe('outputs without code that is made at run time', () => {
  for (const major of NODE_MAJORS) {
    it(`are imported by Node ${major}`, function () {
      this.timeout(20_000)
      const node = nodeBinary(major)
      if (node === undefined) return skip(this, `no Node ${major}: make nodes`)
      for (const name of ['http', 'elasticsearch', 'logstash', 'otlp', 'redis', 'syslog']) {
        const module = new URL(`../../../lib/outputs/${name}/${name}.js`, import.meta.url)
        expect(outputOf(node, module.href)).to.equal('works\n')
      }
    })
  }

  it('which is found out about Node 22', function () {
    const node = nodeBinary(22)
    if (node === undefined) return skip(this, 'no Node 22: make nodes')
    expect(outputOf(node, 'node:http')).to.equal('')
  })
})
