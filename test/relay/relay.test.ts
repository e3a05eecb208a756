import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { lackingCapabilities } from '../../lib/relay/as-user.ts'
import { numbersOf } from '../answering.ts'
import { ROOT } from '../docs/page.ts'
import { skip } from '../live.ts'
import { needsTerminal, USER } from './terminal.ts'

const RELAY = join(ROOT, 'dist/bundle/relay.js')
const ENV = { ...process.env, NODE_V8_COVERAGE: undefined }

/** Runs a command of sh through the relay. */
function relayed(command: string, through: readonly string[] = []) {
  const all = [...through, process.execPath, RELAY, USER, 'sh', '-c', command]
  const [program = '', ...args] = all
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: ENV,
    timeout: 20_000,
  })
  return { end: signal ?? status, stdout, stderr }
}

function start(command: string) {
  const child = spawn(process.execPath, [RELAY, USER, 'sh', '-c', command], { env: ENV })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', chunk => (text += chunk))
  const closed = once(child, 'close')
  const line = async () => {
    while (!text.includes('\n')) await once(child.stdout, 'data')
    return text.trim()
  }
  return { child, closed, line, text: () => text }
}

describe('the relay that runs a command as the user of an agent', function () {
  this.timeout(30_000)
  before(needsTerminal)

  it('ends as the command does, by its code or its signal', () => {
    expect(relayed('exit 0').end).to.equal(0)
    expect(relayed('exit 78').end).to.equal(78)
    for (const signal of ['INT', 'TERM', 'HUP'])
      expect(relayed(`kill -${signal} $$`).end, signal).to.equal(`SIG${signal}`)
    expect(relayed('kill -KILL $$').end, 'which a shell would report so').to.equal(128 + 9)
  })

  it('keeps its outputs apart, and every byte of them', () => {
    const said = relayed('printf "a\\033[1m\\377" | od -An -c; printf "\\033b" >&2')
    expect(said.stdout).to.contain('a 033   [   1   m 377')
    expect(said).to.include({ end: 0, stderr: '\x1bb' })
  })

  it('takes from it all privileges, and gives it no terminal and none of its descriptors', () => {
    const others = [openSync('/etc/passwd', 'r'), openSync('/etc/shadow', 'r')]
    const { status, stdout } = spawnSync(
      process.execPath,
      [RELAY, USER, 'sh', '-c', 'cat /proc/self/status; readlink /proc/$$/fd/*; true'],
      { encoding: 'utf8', env: ENV, stdio: ['inherit', 'pipe', 'pipe', ...others] },
    )
    expect(status).to.equal(0)
    for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'])
      expect(stdout).to.match(new RegExp(`^Cap${set}:\\s0{16}$`, 'm'))
    expect(stdout).to.match(/^NoNewPrivs:\s1$/m)
    expect(stdout).to.match(/\n\/dev\/null\nsocket:\[\d+\]\nsocket:\[\d+\]\n$/)
  })

  it('closes descriptors with large numbers as well, which Node alone would hand on', function () {
    const show = 'readlink /proc/$$/fd/100 || echo none'
    const opened = ['bash', '-c', 'exec 100</etc/shadow; exec "$@"', 'bash']
    if (spawnSync('which', ['bash']).status !== 0) skip(this, 'bash not installed')
    expect(relayed(show, opened).stdout).to.equal('none\n')
    const control = `require('child_process').spawnSync('sh', ['-c', process.argv[1]], { stdio: 'inherit' })`
    const alone = [...opened.slice(1), process.execPath, '-e', control, show]
    expect(spawnSync('bash', alone, { encoding: 'utf8' }).stdout).to.equal('/etc/shadow\n')
  })

  it('waits for a reader that is slow, and for all that the command has written', () => {
    const shell = `"$@" | (sleep 2; wc -l)`
    const command = [process.execPath, RELAY, USER, 'seq', '1', '200000']
    const { stdout } = spawnSync('sh', ['-c', shell, 'sh', ...command], {
      encoding: 'utf8',
      env: ENV,
    })
    expect(stdout.trim()).to.equal('200000')
  })

  it('has a command end whose reader has gone', () => {
    const shell = `"$@" | head -n 1`
    const command = [process.execPath, RELAY, USER, 'yes']
    const { status, stdout } = spawnSync('sh', ['-c', shell, 'sh', ...command], {
      encoding: 'utf8',
      env: ENV,
      timeout: 10_000,
    })
    expect({ status, stdout }).to.deep.equal({ status: 0, stdout: 'y\n' })
  })

  it('loses no output of a command that has ended while it was stopped itself', async () => {
    const { child, closed, line, text } = start('echo $$; sleep 0.5; echo last')
    const pid = await line()
    child.kill('SIGSTOP')
    while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await pause(20)
    await pause(1_500)
    child.kill('SIGCONT')
    await closed
    expect(text()).to.equal(`${pid}\nlast\n`)
  })

  it('does not wait for what the command has left behind', () => {
    const started = performance.now()
    expect(relayed('sleep 15 & echo said').stdout).to.equal('said\n')
    expect(performance.now() - started).to.be.below(10_000)
  })

  it('hands on every signal', async () => {
    const { child, closed, line, text } = start(
      'n=0; for each in TERM HUP USR1 USR2; do trap "echo $each" $each; done;' +
        'trap "n=\\$((n+1)); echo INT; [ \\$n = 2 ] && exit 5" INT; echo ready; while :; do sleep 0.05; done',
    )
    await line()
    for (const signal of ['TERM', 'TERM', 'HUP', 'USR1', 'USR2', 'INT', 'INT'] as const) {
      const before = text()
      child.kill(`SIG${signal}`)
      while (text() === before) await pause(20)
    }
    expect((await closed)[0]).to.equal(5)
    expect(text().trim().split('\n')).to.deep.equal([
      'ready',
      'TERM',
      'TERM',
      'HUP',
      'USR1',
      'USR2',
      'INT',
      'INT',
    ])
  })

  it('takes the command along when it is killed', async () => {
    const { child, closed, line } = start('echo $$; exec sleep 60')
    const pid = await line()
    expect(existsSync(`/proc/${pid}`)).to.equal(true)
    child.kill('SIGKILL')
    await closed
    while (
      existsSync(`/proc/${pid}`) &&
      !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
    )
      await pause(20)
  })

  it("does not let it read the keys of root's session", async function () {
    const [add, keyctl] = await numbersOf('add_key', 'keyctl')
    const [session, joining, reading] = [-3, 1, 11] // linux/keyctl.h
    const read = `my $text = "." x 6; syscall(${keyctl}, ${reading}, $ARGV[0] + 0, $text, 6); print $text`
    const root = `syscall(${keyctl}, ${joining}, 0) > 0 or exit 99; my ($type, $name, $text) = ("user", "x", "secret");
      my $key = syscall(${add}, $type, $name, $text, 6, ${session}); exec @ARGV, "$key"`
    const readBy = (...command: readonly string[]) => {
      const args = ['-e', root, ...command, '/usr/bin/perl', '-e', read]
      const { status, stdout } = spawnSync('/usr/bin/perl', args, { encoding: 'utf8', env: ENV })
      return status === 99 ? undefined : stdout
    }
    const control = readBy('setpriv', '--reuid', USER, '--regid', USER, '--init-groups')
    if (control === undefined) return skip(this, 'the kernel gives no keyring')
    expect(control).to.equal('secret')
    expect(readBy(process.execPath, RELAY, USER)).to.equal('......')
  })

  describe('runs nothing, and says in one line why,', () => {
    const refused = (
      end: number,
      line: RegExp,
      { end: got, stdout, stderr }: ReturnType<typeof relayed>,
    ) => {
      expect({ got, stdout }).to.deep.equal({ got: end, stdout: '' })
      expect(stderr).to.match(line)
      expect(stderr.trimEnd().split('\n')).to.have.lengthOf(1)
    }

    it('where root has not the capabilities that it takes', () => {
      const weak = ['setpriv', '--bounding-set=-setuid,-kill']
      refused(1, /^daemon: .*root lacks CAP_KILL, CAP_SETUID here$/m, relayed('echo ran', weak))
    })

    it('where there is no setpriv', () => {
      const none = ['env', 'PATH=/nowhere']
      refused(1, /^daemon: .*setpriv .* ENOENT$/m, relayed('echo ran', none))
    })

    it('where there is no such user', () => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [RELAY, 'no-such-user', 'id'],
        {
          encoding: 'utf8',
          env: ENV,
        },
      )
      refused(1, /no-such-user/, { end: status, stdout, stderr })
    })
  })
})

describe('the capabilities that a relay takes', () => {
  it('are those of the effective set', () => {
    expect(lackingCapabilities('Name:\tx\nCapEff:\t000001ffffffffff\n')).to.deep.equal([])
    expect(lackingCapabilities('Name:\tx\nCapEff:\t00000000000000c0\n')).to.deep.equal([
      'CAP_KILL',
      'CAP_SETPCAP',
    ])
    expect(lackingCapabilities('')).to.have.lengthOf(4)
  })
})
