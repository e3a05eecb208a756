import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { needsLinux } from '../../live.ts'
import { Workplace } from '../workplace.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** A folder that `make release` has filled. Otherwise this checkout is packed, without prebuilt addons. */
const RELEASE = process.env['RELEASE']

/** The user's three commands, offline, with a tarball that contains everything it needs. */
describe('sealbeat new agent, from a tarball', function () {
  this.timeout(120_000)
  let place: Workplace
  let tarball: string
  before(async function () {
    needsLinux.call(this)
    place = new Workplace()
    tarball = bringTarball()
    await place.run('new', 'agent', 'web', '--from', tarball)
    const args = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund']
    const { status, stderr } = npm(place.path('web'), ...args)
    expect(status, stderr).to.equal(0)
    if (RELEASE) return
    // npm would compile this from the same sources, in ten seconds.
    const addon = 'build/Release/sealbeat.node'
    cpSync(join(ROOT, addon), join(place.path('web/node_modules/sealbeat'), addon))
  })
  after(() => place?.remove())

  /** Puts the tarball into the workplace and returns its name. */
  function bringTarball(): string {
    if (!RELEASE) {
      return npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', place.folder).stdout.trim()
    }
    const name = readdirSync(RELEASE).find(file => file.endsWith('.tgz')) ?? 'no tarball'
    cpSync(join(RELEASE, name), place.path(name))
    return name
  }

  /** Runs npm with an empty cache. */
  function npm(folder: string, ...args: readonly string[]) {
    const env = { ...process.env, npm_config_cache: place.path('cache') }
    return spawnSync('npm', args, { cwd: folder, encoding: 'utf8', env })
  }

  it('starts: events come, from under the filter', async () => {
    const datasets = ['"dataset":"web.alive"', '"dataset":"host.uptime"']
    const { stdout, stderr } = await npmStart(place.path('web'), datasets)
    for (const dataset of datasets) expect(stdout).to.contain(dataset)
    expect(stderr).to.contain('Syscall filter successfully installed').and.to.contain('"Stopped"')
  })

  it('passes its own test', () => {
    const { status, stdout, stderr } = npm(place.path('web'), 'test')
    expect(status, stdout + stderr).to.equal(0)
  })

  it('begets another, from the same tarball', () => {
    const program = place.path('web/node_modules/.bin/sealbeat')
    const { status } = spawnSync(program, ['new', 'agent', 'db'], { cwd: place.folder })
    expect(status).to.equal(0)
    const { dependencies } = JSON.parse(readFileSync(place.path('db/package.json'), 'utf8'))
    expect(dependencies).to.deep.equal({ sealbeat: `file:../${tarball}` })
  })
})

/** Runs `npm start`. Once it has printed the texts, interrupts its whole process group, as Ctrl-C does. */
async function npmStart(folder: string, texts: readonly string[]) {
  const child = spawn('npm', ['start'], { cwd: folder, detached: true, stdio: 'pipe' })
  const closed = once(child, 'close')
  const said = { stdout: '', stderr: '' }
  child.stderr.setEncoding('utf8').on('data', text => (said.stderr += text))
  child.stdout.setEncoding('utf8')
  let isStopped = false
  for await (const text of child.stdout) {
    said.stdout += text
    if (isStopped || !texts.every(each => said.stdout.includes(each))) continue
    isStopped = true
    process.kill(-(child.pid ?? 0), 'SIGINT')
  }
  await closed
  return said
}
