import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { InstalledCommand } from './installed.ts'
import { ATTACK, letsType, needsTerminal, Terminal, USER } from './terminal.ts'

/** A beat whose module attacks whoever imports it, and says what it is in. It never ends by itself. */
const HOSTILE = `import { spawnSync } from 'node:child_process'
import { openSync, readFileSync, readlinkSync, readdirSync } from 'node:fs'
import { isatty } from 'node:tty'

const code = reason => { try { return reason() } catch (error) { return error.code } }
const [state, parent, group, session, terminal] = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
const inside = {
  pid: process.pid,
  session: Number(session),
  terminal: Number(terminal),
  terminals: readdirSync('/proc/self/fd').map(Number).filter(each => isatty(each)),
  status: readFileSync('/proc/self/status', 'utf8').split('\\n').filter(line => /^(Cap|NoNew|Uid)/.test(line)),
  memory: code(() => openSync('/proc/self/mem', 'r+') && 'open'),
}
console.log('inside ' + JSON.stringify(inside))
console.error('\\x1b]0;title\\x07')
spawnSync('/usr/bin/perl', ['-e', process.env.ATTACK], { stdio: 'inherit' })

export default {
  name: 'hostile',
  schema: {},
  async run({ publish }) {
    await publish({ message: 'well' })
    await new Promise(resolve => setTimeout(resolve, 60_000))
  },
}
`

const CONFIG = `beats:
- type: ./hostile.js
output.console: {}
logging.to_stderr: true
logging.to_files: false
shutdown_timeout: 60s
`

describe('the command of an installed agent, typed by root on a terminal', function () {
  this.timeout(60_000)
  let installed: InstalledCommand
  before(function () {
    needsTerminal.call(this)
    const files = { [`${USER}.yml`]: CONFIG, 'hostile.js': HOSTILE }
    installed = new InstalledCommand({ ...files, 'package.json': '{ "type": "module" }' })
  })
  after(() => installed?.remove())

  /** A line is typed at once; the shell reads it after the command, unless somebody else does or types before. */
  async function typed(command: string): Promise<string> {
    const then = `echo "exit code $?"; read -r line; echo "root's shell: $line"`
    const terminal = new Terminal(`${command}; ${then}`, { ATTACK })
    terminal.type("root's secret\n")
    return terminal.ended()
  }

  const insideOf = (said: string) => JSON.parse(/inside (.*)/.exec(said)?.[1] ?? '{}')

  it('gives nothing of the terminal to the modules that it imports', async () => {
    const shown = await typed(`${installed.command} test config`)
    expect(shown).to.contain('exit code 0\n').and.to.contain('Config OK')
    expect(shown).to.contain('no terminal\n').and.not.to.contain('read: ')
    expect(shown).to.contain("root's shell: root's secret\n")
    const { pid, session, ...inside } = insideOf(shown)
    expect(session, 'a session of its own').to.equal(pid)
    expect(inside).to.include({ terminal: 0, memory: 'EACCES' })
    expect(inside.terminals).to.deep.equal([])
    expect(inside.status.map((line: string) => line.replace(/\s+/g, ' '))).to.have.members([
      ...['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map(set => `Cap${set}: ${'0'.repeat(16)}`),
      'NoNewPrivs: 1',
      `Uid: ${inside.status[0].split(/\s+/).slice(1).join(' ')}`,
    ])
  })

  it('(the attack works on a command that only becomes another user, as root did before)', async () => {
    const as = `setpriv --reuid ${USER} --regid ${USER} --init-groups`
    const shown = await typed(`${as} ${installed.command} test config`)
    expect(shown).to.contain('terminal: 0\n').and.to.contain("read: root's secret\n")
    if (letsType()) expect(shown).to.contain("root's shell: typed by the agent\n")
    const { session, pid, terminals, terminal } = insideOf(shown)
    expect(session).not.to.equal(pid)
    expect(terminal).not.to.equal(0)
    expect(terminals).to.include.members([0, 1, 2])
  })

  it('is the agent itself where the manager of a service starts it as root', async () => {
    const started = (env: Readonly<Record<string, string>>) => {
      const child = spawn(installed.command, ['test', 'config'], {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, ATTACK: '1', NODE_V8_COVERAGE: undefined, ...env },
      })
      return text(child.stdout).then(said => ({ own: child.pid, inside: insideOf(said) }))
    }
    const service = await started({ NOTIFY_SOCKET: '/nowhere' })
    expect(service.inside.pid).to.equal(service.own)
    expect(service.inside.status[0]).not.to.match(/\s0\s/)
    const other = await started({})
    expect(other.inside.pid).not.to.equal(other.own)
  })

  it('shows control characters instead of doing what they say', async () => {
    const shown = await typed(`${installed.command} test config`)
    expect(shown).to.contain('\\x1b]0;title\\x07').and.not.to.contain('\x1b')
  })

  it('writes for who reads there, as wide as the terminal is', async () => {
    const terminal = new Terminal(`stty cols 72; ${installed.command} run`, { ATTACK: '1' })
    await terminal.shows(/hostile well/)
    terminal.type('\x03')
    const shown = await terminal.ended()
    const log = shown.slice(shown.indexOf('Starting')).split(/\r?\n/)
    expect(log.filter(line => line.length > 72 && /\S /.test(line))).to.deep.equal([])
    expect(shown)
      .to.match(/^[\d:]{8} INFO {11}Stopped /m)
      .and.not.to.match(/log\.level|\\x1b\[/)
  })

  it('keeps its outputs apart, and its exit code', async () => {
    const shown = await typed(`${installed.command} test config -E bets=1 >/dev/null`)
    expect(shown).to.contain('exit code 78\n').and.to.contain('bets').and.not.to.contain('inside')
  })

  it('ends on Ctrl-C', async () => {
    const terminal = new Terminal(`${installed.command} test config; echo "exit code $?"`, {
      ATTACK: '$| = 1; print "attacked\\n"; sleep 60',
    })
    await terminal.shows(/attacked/)
    terminal.type('\x03')
    expect(await terminal.ended()).to.contain('exit code 130\n')
  })

  it('gives the terminal back on Ctrl-\\, whatever the command does', async () => {
    const deaf = '$| = 1; $SIG{INT} = $SIG{TERM} = "IGNORE"; print "attacked\\n"; sleep 20'
    const terminal = new Terminal(
      `ulimit -c 0; ${installed.command} test config; echo "exit code $?"`,
      { ATTACK: deaf },
    )
    await terminal.shows(/attacked/)
    terminal.type('\x1c')
    expect(await terminal.ended()).to.contain('exit code 131\n')
  })

  it('as an agent, stops on Ctrl-C, and at once on the second', async () => {
    const terminal = new Terminal(`${installed.command} run; echo "exit code $?"`, { ATTACK: '1' })
    await terminal.shows(/hostile well/)
    terminal.type('\x03')
    await terminal.shows(/Stopping/)
    terminal.type('\x03')
    const shown = await terminal.ended()
    expect(shown).to.contain('second signal').and.to.contain('exit code 130\n')
  })

  it('stops with the terminal on Ctrl-Z, and goes on with it', async () => {
    // Only a shell with jobs has the terminal stop one.
    const shell = `set -m; ${installed.command} run; echo "stopped: $?"; read -r line; fg; echo "exit code $?"`
    const terminal = new Terminal(shell, { ATTACK: '1' })
    await terminal.shows(/hostile well/)
    terminal.type('\x1a')
    const said = await terminal.shows(/stopped: 14[0-9]/)
    const isStopped = () => / T /.test(readFileSync(`/proc/${insideOf(said).pid}/stat`, 'utf8'))
    expect(isStopped()).to.equal(true)
    terminal.type('\n')
    while (isStopped()) await pause(20)
    terminal.type('\x03')
    await terminal.shows(/Stopping/)
    terminal.type('\x03')
    expect(await terminal.ended()).to.contain('exit code 130\n')
  })
})
