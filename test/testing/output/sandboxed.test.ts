import { chmodSync } from 'node:fs'
import { expect } from 'chai'
import { type Output, WRITTEN } from '../../../lib/output.ts'
import { checkOutput } from '../../../lib/testing/index.ts'
import { Workplace } from '../../cli/workplace.ts'
import { needsLinux } from '../../live.ts'

/** The source of an output whose every write does this first. */
const source = (does: string, declares = '') => `import { spawnSync } from 'node:child_process'
export default {
  name: 'probe',
  schema: {},
  ${declares}
  open: async () => ({
    async write() {
      ${does}
      return { retry: [], reject: [] }
    },
    close: async () => undefined,
  }),
}
`

describe('checkOutput with a module', function () {
  this.timeout(60_000)
  let place: Workplace
  before(needsLinux)
  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  async function findings(text?: string): Promise<readonly string[]> {
    if (text !== undefined) place.write({ 'probe.js': text })
    const output: Output = { write: async () => WRITTEN, close: async () => undefined }
    // What runs in the child is sound here too, where there is no filter.
    const type = { name: 'probe', schema: {}, open: async () => output }
    const error: Error = await checkOutput<object>(type, { module: place.path('probe.js') }).then(
      () => new Error(''),
      thrown => thrown,
    )
    return error.message.split('\n- ').slice(1)
  }

  it('passes an output that calls what the default policy allows', async () => {
    expect(await findings(source(''))).to.deep.equal([])
  })

  it('passes one that others may write, as compilers leave it with some umasks', async () => {
    place.write({ 'probe.js': source('') })
    chmodSync(place.path('probe.js'), 0o666)
    expect(await findings()).to.deep.equal([])
  })

  it('finds system calls that are not declared, although the output copes', async () => {
    expect(await findings(source("spawnSync('true')"))).to.deep.equal([
      'under the filter: calls socketpair, which the filter denies',
    ])
  })

  it('finds none that are declared', async () => {
    const names = "['socketpair', 'execve', 'vfork']"
    const declares = `syscalls: [{ names: ${names}, why: 'asks a program' }],`
    expect(await findings(source("spawnSync('true')", declares))).to.deep.equal([])
  })

  it('finds an output that can do nothing there, and says why', async () => {
    const found = await findings(source("throw new Error('no way')"))
    expect(found).to.deep.equal(['under the filter: confirms nothing: no way'])
  })

  it('finds an output that no agent can load', async () => {
    const [found, ...others] = await findings()
    expect(found).to.match(/^under the filter: the agent ends with 78: .*probe\.js does not exist$/)
    expect(others).to.deep.equal([])
  })
})
