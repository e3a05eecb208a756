// `make boot` boots a package with `sealbeat boot`. Needs root.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { testDebian } from '../../tools/boot/root.ts'
import { NAME, packageSample } from '../../tools/boot/sample.ts'

/** It says in each event what of a network it sees. */
const LOOK = `import { readdirSync } from 'node:fs'
export default {
  name: 'look',
  schema: {},
  run: ({ publish }) => publish({ event: { dataset: 'look' }, look: readdirSync('/sys/class/net') }),
}`

const SECTIONS = `
  - type: ./beats/look.js
    fields.of: \${credential:token}

output.console.enabled: false
output.file: {path: out}
`

describe('sealbeat boot', function () {
  this.timeout(120_000)
  let packages: string
  let folder: string
  let args: readonly string[]
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-command-'))
    packages = packageSample('1.0.0', { added: { beats: { look: LOOK }, sections: SECTIONS } })
    writeFileSync(join(folder, 'secret'), 'very secret')
    const deb = join(packages, `${NAME}_1.0.0-1_amd64.deb`)
    args = ['dist/bundle/main.js', 'boot', '--root', await testDebian(), deb]
  })
  after(() => {
    rmSync(dirname(packages), { recursive: true })
    rmSync(folder, { recursive: true })
  })

  const env = () => ({ ...process.env, TMPDIR: folder })
  const credential = () => ['--credential', `token=${join(folder, 'secret')}`]

  afterEach('nothing is left', () => {
    expect(readdirSync(folder)).to.deep.equal(['secret'])
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.to.include(folder)
  })

  it('shows READY, the seal, the score of the unit, events and the stop', () => {
    const run = [...args, ...credential(), '--json']
    const { status, stdout } = spawnSync(process.execPath, run, { env: env(), encoding: 'utf8' })
    const { steps, ...about } = JSON.parse(stdout)
    const found = Object.fromEntries(steps.map(({ step, found }: Said) => [step, found]))
    const linesOf = (name: string) => steps.find(({ step }: Said) => step === name).lines
    expect(about).to.deep.include({ ok: true, package: NAME, version: '1.0.0-1' })
    expect(status).to.equal(0)
    expect(found.ready).to.match(/^READY=1 after [\d.]+ s$/)
    expect(linesOf('ready')[0]).to.match(/^sandboxed \(\d+ instructions, \d+ threads\)/)
    expect(found.seal).to.match(
      /^filter on (\d+) of \1 threads; no_new_privs on \1 of \1; no capability$/,
    )
    expect(linesOf('seal')[0]).to.equal(`user ${NAME}`)
    expect(linesOf('seal')[1]).to.match(/^Landlock (domain entered|is not available)/)
    expect(found.unit).to.match(/^exposure [01]\.\d [A-Z]+ /)
    expect(found.events).to.include('with output.console in place of output.file')
    expect(found.stop).to.match(/^success, /)
    const events = linesOf('events').map((line: string) => JSON.parse(line))
    const own = events.find(({ event }: { event: { dataset: string } }) => event.dataset === 'look')
    expect(own.look, 'no network but the loopback').to.deep.equal(['lo'])
    expect(own.fields).to.deep.equal({ of: 'very secret' })
  })

  it('has a stand-in for a credential that nobody gives', () => {
    const { status, stdout } = spawnSync(process.execPath, args, { env: env(), encoding: 'utf8' })
    expect(stdout).to.match(/^install {2}sealbeat-sample 1\.0\.0-1, in /)
    expect(stdout).to.include('note: using "stand-in" for token (--credential NAME=FILE)')
    expect(stdout).to.include('"of":"stand-in"')
    expect(status).to.equal(0)
  })

  it('ends the machine and removes its root when it is interrupted', async () => {
    const child = spawn(process.execPath, [...args, ...credential()], { env: env() })
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'close')).to.deep.equal([null, 'SIGINT'])
    const left = spawnSync('grep', ['-lsa', folder, ...environments()], { encoding: 'utf8' }).stdout
    expect(left).to.equal('')
  })
})

interface Said {
  readonly step: string
  readonly found: string
}

function environments(): readonly string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => `/proc/${name}/environ`)
}
