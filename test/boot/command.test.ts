import { expect } from 'chai'
import { readArguments } from '../../lib/cli/arguments.ts'

/** What the command says when it is called with these arguments. */
async function saidOf(...args: readonly string[]): Promise<string> {
  const request = readArguments(['boot', ...args], {})
  if (request.kind !== 'run') throw new Error('not a call')
  const run = await request.command.load()
  return Promise.resolve(run(request.call)).then(String, ({ message }) => message)
}

describe('the command line of sealbeat boot', () => {
  it('has no configuration besides the one in the package', async () => {
    const said = '"boot" takes the configuration in the package: neither -c nor -E'
    expect(await saidOf('a.deb', '-c', 'x.yml')).to.equal(said)
    expect(await saidOf('a.deb', '-E', 'name=x')).to.equal(said)
  })

  it('has a file for each credential', async () => {
    for (const wrong of ['token', '=x', 'token=', '../x=y']) {
      const said = `--credential must be NAME=FILE, not "${wrong}"`
      expect(await saidOf('a.deb', '--credential', wrong)).to.equal(said)
    }
  })

  it('has a duration with a unit', async () => {
    expect(await saidOf('a.deb', '--for', '5')).to.match(/^--for must be a duration/)
  })

  it('has a package', () => {
    expect(() => readArguments(['boot'], {})).to.throw('PACKAGE.deb')
  })
})
