// `make boot` upgrades an agent that was packaged before agents were confined. Needs root.
import { expect } from 'chai'
import { InstalledAgent } from '../../lib/boot/installed-agent.ts'
import type { Machine } from '../../lib/boot/machine.ts'
import { baselineFolder, baselineProblem } from '../../tools/baseline.ts'
import { NAME, packageSample } from '../../tools/boot/sample.ts'
import { skip } from '../live.ts'
import { bootedWith } from './booted-with.ts'
import { DROP_IN, EDIT, EVENTS, FOLDERS, UPGRADED } from './upgraded.ts'

const CONFIG = `/etc/${NAME}/${NAME}.yml`
const OVERRIDE = `/etc/systemd/system/${NAME}.service.d/override.conf`

/** The baseline may have to be built. */
const BUILD_MS = 600_000

describe('S16: an agent that is upgraded from a version that did not confine it', function () {
  this.timeout(120_000)
  let machine: Machine
  let agent: InstalledAgent
  /** What the upgrade has printed. */
  let said = ''
  /** Before the upgrade. */
  let kept = ''
  let old = { pid: 0, published: 0 }

  before(function () {
    this.timeout(BUILD_MS)
    const problem = baselineProblem()
    if (problem !== undefined) return skip(this, problem)
    baselineFolder()
  })
  const packages = () => [
    packageSample('1.0.0', { added: UPGRADED, tree: baselineFolder() }),
    packageSample('2.0.0', { added: UPGRADED }),
  ]
  bootedWith(packages, booted => {
    machine = booted
    agent = new InstalledAgent(booted, NAME)
  })

  const write = (file: string, text: string) => machine.run(`cat >${file} <<'END'\n${text}END`)
  const published = () =>
    Number(/\d+/.exec(machine.attempt(`cat /var/lib/${NAME}/state/counting.json`).text)?.[0] ?? 0)
  const spools = (folder: string) => {
    const spooled = () => machine.attempt(`cat ${folder}/spooled`).text
    const before = spooled()
    return agent.until(`${folder} is written`, () => spooled() !== before)
  }
  const edited = () => machine.run(`sha256sum ${CONFIG} ${OVERRIDE} /var/lib/${NAME}/meta.json`)
  const events = (): readonly Record<string, unknown>[] =>
    machine
      .run(`cat ${EVENTS}/*.ndjson`)
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
  const hasLandlock = () => !said.includes('Landlock is not available')

  it('runs in the old version, as its operator has configured it', async () => {
    machine.run(`dpkg -i /packages/${NAME}_1.0.0-1_amd64.deb`)
    machine.run(`install -d -o ${NAME} ${FOLDERS.file} ${FOLDERS.undeclared}`)
    write('/root/edit', EDIT)
    machine.run(`sed -i -e '/^output.console/{r /root/edit' -e 'd}' ${CONFIG}`)
    machine.run(`mkdir $(dirname ${OVERRIDE})`)
    write(OVERRIDE, DROP_IN)
    machine.run(`systemctl daemon-reload; systemctl enable --now ${NAME}`)
    for (const folder of Object.values(FOLDERS)) await spools(folder)
    await agent.until('it has counted', () => published() > 100)
    expect(agent.journal().join()).to.include('Syscall filter').and.not.to.include('Landlock')
    machine.run(`cp /etc/${NAME}/${NAME}.reference.yml /root/old.yml`)
  })

  it('is upgraded while it runs', () => {
    kept = edited()
    old = { pid: agent.pid, published: published() }
    // The package has another beat.yml: dpkg would ask, and a tool would answer with this.
    said = machine.run(`dpkg --force-confold -i /packages/${NAME}_2.0.0-1_amd64.deb </dev/null`)
    expect(agent.property('ActiveState')).to.equal('active')
    expect(agent.pid).not.to.equal(old.pid)
  })

  it('tells the operator what it reaches from now on, and what of beat.yml is not granted', function () {
    const rows = said.slice(said.indexOf('what the agent reaches:')).split('\n')
    const has = (...cells: readonly string[]) =>
      expect(rows.filter(row => row.split(/ {2,}/).join() === cells.join())).to.have.length(1)
    has('writes', FOLDERS.declared, 'beat declared', 'spools there')
    has('executes', 'none')
    has('capabilities', 'none')
    expect(said).not.to.include(FOLDERS.undeclared)
    if (!hasLandlock()) return skip(this, 'the kernel has no Landlock')
    expect(rows.at(-2)).to.match(/^Landlock +ABI \d/)
    expect(said.match(/^warning: .*$/gm)).to.deep.equal([
      `warning: sandbox: ${FOLDERS.file}/spooled, which beat file writes, is no folder: Landlock grants ` +
        `nothing there; declare ${FOLDERS.file}`,
    ])
  })

  it('has its operator’s configuration and drop-in, and is the agent that it was', () => {
    expect(edited()).to.equal(kept)
    expect(machine.run(`stat -c '%a %U' ${CONFIG}`)).to.equal(`600 ${NAME}\n`)
    expect(agent.property('ReadWritePaths')).to.include(FOLDERS.undeclared)
  })

  it('says in its first lines that it is confined, and every thread of it is', function () {
    if (!hasLandlock()) return skip(this, 'the kernel has no Landlock')
    const lines = agent.logged()
    const since = lines.findLastIndex(({ message }) => message === 'Starting') + 1
    const informed = lines.slice(since).filter(line => line['log.level'] === 'info')
    const [first, ...next] = informed.map(({ message }) => String(message))
    expect(first).to.match(/^Landlock domain entered/)
    expect(next.slice(0, 2)).to.deep.equal([
      'Capabilities dropped',
      'Syscall filter successfully installed',
    ])
    expect(new Set(agent.statuses('CapEff'))).to.deep.equal(new Set(['0'.repeat(16)]))
  })

  it('writes where that is declared; what is not is named, with what grants it', async function () {
    await spools(FOLDERS.declared)
    if (!hasLandlock()) return skip(this, 'the kernel has no Landlock')
    for (const beat of ['file', 'undeclared'] as const) {
      const line = await agent.until(`beat ${beat} is refused`, () =>
        agent.logged().find(each => each['beat'] === beat && 'error.code' in each),
      )
      expect(line).to.include({
        'error.code': 'EACCES',
        hint:
          "Landlock lets files be written only where it is declared: declare { writes: '" +
          `${FOLDERS[beat]}' } in the plugin's privileges, or ${FOLDERS[beat]} in landlock.writes`,
      })
    }
    machine.run(`echo 'landlock.writes: [${FOLDERS.file}, ${FOLDERS.undeclared}]' >>${CONFIG}`)
    machine.run(`systemctl restart ${NAME}`)
    for (const folder of Object.values(FOLDERS)) await spools(folder)
  })

  it('takes every setting of the old reference', () => {
    machine.run(`cp /root/old.yml /etc/${NAME}/old.yml`)
    expect(machine.run(`${NAME} test config -c /etc/${NAME}/old.yml`)).to.include('Config OK')
  })

  it('has lost nothing: every event is in its file once, those of its beats in order', async () => {
    await agent.until('it has counted on', () => published() > old.published + 100)
    machine.run(`systemctl stop ${NAME}`)
    expect(agent.property('Result')).to.equal('success')
    const found = events()
    const numbers = found.flatMap(({ counting }) => (counting ? [Object(counting).number] : []))
    expect(numbers).to.deep.equal(Array.from({ length: published() }, (_, at) => at + 1))
    const of = (key: string) => new Set(found.map(event => Object(event['agent'])[key]))
    expect(of('id').size).to.equal(1)
    expect(of('ephemeral_id').size, 'of every start').to.be.above(1)
  })
})
