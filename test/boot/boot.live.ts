// `make boot` tests an agent that a package has installed, under a booted systemd. Needs root.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { InstalledAgent, ofDataset } from '../../lib/boot/installed-agent.ts'
import type { Machine } from '../../lib/boot/machine.ts'
import { NAME, packageSample } from '../../tools/boot/sample.ts'
import { skip } from '../live.ts'
import { bootedWith } from './booted-with.ts'

const TOKEN = 'very secret'
const HASH = createHash('sha256').update(TOKEN).digest('hex')

describe('S16: an installed agent', function () {
  this.timeout(120_000)
  let machine: Machine
  let agent: InstalledAgent
  bootedWith(
    () => ['1.0.0', '1.1.0'].map(version => packageSample(version)),
    booted => {
      machine = booted
      agent = new InstalledAgent(booted, NAME)
    },
  )

  const starts = () => ofDataset(agent.events(), 'own.start').map(({ own }) => Object(own))
  const install = (version: string) =>
    machine.run(`dpkg -i /packages/${NAME}_${version}-1_amd64.deb`)

  it('is installed without compiler, npm and network', () => {
    expect(machine.attempt('command -v npm node gcc').code).not.to.equal(0)
    install('1.0.0')
    expect(machine.run(`stat -c '%a %U' /etc/${NAME}/${NAME}.yml`)).to.equal(`600 ${NAME}\n`)
    expect(machine.run(`stat -c '%a %U' /var/lib/${NAME}`)).to.equal(`700 ${NAME}\n`)
    expect(agent.property('UnitFileState')).to.equal('disabled')
  })

  it('does not start without its credential, and systemd says why', async () => {
    expect(machine.attempt(`systemctl start ${NAME}`).code).to.equal(1)
    expect(agent.property('Result')).to.equal('exit-code')
    await agent.until('the journal says why', () => agent.journal().join().includes('CREDENTIALS'))
    machine.run(`systemctl reset-failed ${NAME}; systemctl stop ${NAME}`)
  })

  it('is active only once every thread is sealed, and has no io_uring', () => {
    machine.run(`printf %s '${TOKEN}' >/etc/${NAME}/credentials/token`)
    machine.run(`systemctl enable --now ${NAME}`)
    expect(agent.property('ActiveState')).to.equal('active')
    const modes = agent.statuses('Seccomp')
    expect(modes.length).to.be.above(5)
    expect(new Set(modes)).to.deep.equal(new Set(['2']))
    expect(new Set(agent.statuses('NoNewPrivs'))).to.deep.equal(new Set(['1']))
    expect(machine.run(`ls -l /proc/${agent.pid}/fd`)).not.to.include('io_uring')
    expect(agent.property('StatusText')).to.match(/^sandboxed \(\d+ instructions, \d+ threads\)/)
    // The log shows that the filter was installed before systemd was notified, in the image's first start.
    const journal = machine.run(`journalctl --unit=${NAME} --output=cat`).split('\n')
    const at = (text: string) => journal.findIndex(line => line.includes(text))
    expect(at('Syscall filter successfully installed')).to.be.within(1, at(`Started ${NAME}`))
  })

  it('would see no io_uring in a kernel that has one, by the filter of systemd alone', async () => {
    const IO_URING_SETUP = 425 // asm-generic/unistd.h, the same everywhere
    const program = `/usr/bin/perl -e 'syscall(${IO_URING_SETUP}, 1, 0); print "errno ", $!+0'`
    const edits = `s#^ExecStart=.*#ExecStart=${program.replaceAll('$', '\\$')}#; s/=notify/=oneshot/`
    machine.run(`sed "${edits.replaceAll('"', '\\"')}" /usr/lib/systemd/system/${NAME}.service \\
      >/run/systemd/system/probe.service; systemctl daemon-reload; systemctl start probe`)
    const said = () => machine.run('journalctl --unit=probe --output=cat').includes('errno 38')
    await agent.until('ENOSYS is its answer', said)
  })

  it('has confined every thread below the layer of systemd', function () {
    const journal = machine.run(`journalctl --unit=${NAME} --output=cat`)
    expect(journal).to.include('"message":"Capabilities dropped"')
    if (journal.includes('"message":"Landlock is not available"')) {
      return skip(this, 'the kernel has no Landlock')
    }
    expect(journal).to.match(/"message":"Landlock domain entered/)
  })

  it('has its own user and no capability: systemd has opened the audit log for it', () => {
    const uid = machine.run(`id -u ${NAME}`).trim()
    expect(new Set(agent.statuses('Uid'))).to.deep.equal(new Set([[uid, uid, uid, uid].join('\t')]))
    for (const set of ['CapEff', 'CapPrm', 'CapInh', 'CapAmb', 'CapBnd']) {
      expect(new Set(agent.statuses(set)), set).to.deep.equal(new Set(['0'.repeat(16)]))
    }
    expect(machine.run(`systemctl is-active ${NAME}.socket`)).to.equal('active\n')
    expect(machine.run(`systemctl cat ${NAME}`)).not.to.include('CAP_')
  })

  it('sees the root read-only, its configuration too, and not the files of its credentials', () => {
    const mounts = `nsenter --target ${agent.pid} --mount`
    for (const path of ['/etc', `/etc/${NAME}`, '/usr']) {
      expect(machine.attempt(`${mounts} touch ${path}/x`).text, path).to.include('Read-only')
    }
    expect(machine.attempt(`${mounts} ls /etc/${NAME}/credentials/token`).code).not.to.equal(0)
    machine.run(`${mounts} touch /var/lib/${NAME}/x`)
    machine.run(`rm /var/lib/${NAME}/x`)
  })

  it('loads no program from what it may write', () => {
    const [mounts, folders] = [
      `nsenter --target ${agent.pid} --mount`,
      [`/var/lib/${NAME}`, '/tmp'],
    ]
    for (const folder of folders) {
      const run = `cp /bin/true ${folder}/x && ${folder}/x`
      expect(machine.attempt(`${mounts} sh -c '${run}'`).text, folder).to.include('denied')
      expect(machine.attempt(`sh -c '${run}'`).code, 'the control').to.equal(0)
      machine.run(`rm ${folder}/x; ${mounts} rm -f ${folder}/x`)
    }
    expect(agent.journal().join('\n')).not.to.include('Native code can be loaded')
  })

  it('gets the credential, which no journal, environment or state has', async () => {
    const [start] = await agent.until(
      'an event of its own beat',
      () => starts().length > 0 && starts(),
    )
    expect(start).to.deep.equal({ starts: 1, token: HASH })
    expect(agent.journal().join('\n')).not.to.include(TOKEN)
    expect(machine.run(`cat /proc/${agent.pid}/environ`)).not.to.include(TOKEN)
    expect(machine.attempt(`grep -r '${TOKEN}' /var/lib/${NAME} /run/log`).code).to.equal(1)
  })

  it('measures the host', async () => {
    const found = await agent.until('events of the host beat', () => {
      const processes = ofDataset(agent.events(), 'host.process_summary')
      return processes.length > 0 && processes
    })
    const { summary } = Object(Object(found[0]?.['system']).process)
    expect(summary.total, 'the processes of others too').to.be.above(5)
    expect(ofDataset(agent.events(), 'host.memory')).not.to.have.lengthOf(0)
  })

  function violate(name: string): void {
    machine.run(`cp /bin/mkdir /tmp/${name}`)
    const deny = '--property=SystemCallFilter=~mkdir:kill --property=SystemCallLog=mkdir'
    machine.attempt(`systemd-run --wait --quiet ${deny} /tmp/${name} /tmp/made`)
  }

  const violationBy = (name: string) =>
    agent.until(`an event of the violation by ${name}`, () =>
      ofDataset(agent.events(), 'audit.seccomp').find(
        ({ process: its }) => Object(its).name === name,
      ),
    )

  it('S12: reports a violation by another process', async () => {
    violate('violator')
    const event = await violationBy('violator')
    expect(event['event']).to.deep.include({ action: 'violated-seccomp-policy', type: ['denied'] })
    expect(Object(event['auditd']).data).to.include({ syscall: 'mkdir', sig: 'SYS' })
    expect(event['process']).to.include({ executable: '/tmp/violator' })
    expect(event['user']).to.include({ id: '0', name: 'root' })
  })

  it('scores at most 1.2 with systemd-analyze security', () => {
    const said = machine.run(`systemd-analyze security --no-pager ${NAME} | tail -n 1`)
    const exposure = Number(/level for [^:]+: ([\d.]+)/.exec(said)?.[1])
    console.log(`      ${said.trim()}`)
    expect(exposure).to.be.at.most(1.2)
  })

  it('is started again after SIGKILL, the same agent as before', async () => {
    const { pid } = agent
    const id = Object(agent.events()[0]?.['agent']).id
    machine.run(`kill -KILL ${pid}`)
    await agent.until('another start', () => agent.pid !== pid && starts().length === 2)
    expect(starts().at(-1).starts).to.equal(2)
    const ids = new Set(agent.events().map(event => Object(event['agent']).id))
    expect(ids).to.deep.equal(new Set([id]))
  })

  it('is not started by records once it is stopped', async () => {
    machine.run(`systemctl stop ${NAME}`)
    expect(machine.attempt(`systemctl is-active ${NAME}.socket`).text).to.equal('inactive\n')
    violate('stopped')
    machine.run('sleep 1')
    expect(machine.attempt(`systemctl is-active ${NAME}`).text).to.equal('inactive\n')
    machine.run(`systemctl start ${NAME}`)
    violate('started')
    await violationBy('started')
  })

  it('is started again by the watchdog when its event loop is blocked', async () => {
    machine.run(`mkdir -p /etc/systemd/system/${NAME}.service.d
      printf '[Service]\\nWatchdogSec=2s\\n' >/etc/systemd/system/${NAME}.service.d/watchdog.conf
      systemctl daemon-reload; systemctl restart ${NAME}`)
    const { pid } = agent
    machine.run('sleep 3')
    expect(agent.pid, 'while it turns, nothing happens').to.equal(pid)
    machine.run(`kill -USR2 ${pid}`)
    await agent.until('another start', () => agent.pid !== pid && agent.pid !== 0)
    expect(machine.run(`journalctl --unit=${NAME}`)).to.include('watchdog')
    await agent.until('it is active again', () => agent.property('ActiveState') === 'active')
    machine.run(`rm -r /etc/systemd/system/${NAME}.service.d; systemctl daemon-reload`)
  })

  it('is not started again with a configuration that is wrong', async () => {
    const file = `/etc/${NAME}/${NAME}.yml`
    machine.run(`cp -p ${file} /root/good.yml; echo 'bets: []' >>${file}`)
    machine.attempt(`systemctl restart ${NAME}`)
    await agent.until('it has failed', () => agent.property('ActiveState') === 'failed')
    expect(agent.property('ExecMainStatus')).to.equal('78')
    violate('unheard')
    machine.run('sleep 3')
    expect(agent.property('ActiveState'), 'nor by a record').to.equal('failed')
    expect(agent.property('NRestarts')).to.equal('0')
    expect(machine.attempt(`systemctl is-active ${NAME}.socket`).text).to.equal('inactive\n')
    expect(agent.journal().join('\n')).to.include(`: bets: unknown key (did you mean "beats"?)`)
    machine.run(
      `cp -p /root/good.yml ${file}; systemctl reset-failed ${NAME}; systemctl start ${NAME}`,
    )
  })

  it('goes on in the next version with its configuration and its state', async () => {
    const before = starts().length
    machine.run(`sed -i 's/period: 10s/period: 3s/' /etc/${NAME}/${NAME}.yml`)
    install('1.1.0')
    expect(agent.property('ActiveState'), 'it was running').to.equal('active')
    expect(machine.run(`cat /etc/${NAME}/${NAME}.yml`)).to.include('period: 3s')
    expect(machine.run(`stat -c '%a %U' /etc/${NAME}/${NAME}.yml`)).to.equal(`600 ${NAME}\n`)
    await agent.until('another start', () => starts().length > before)
    const ids = new Set(agent.events().map(event => Object(event['agent']).id))
    expect(ids.size).to.equal(1)
  })

  it('reloads: refuses what is wrong and goes on, does by what is right', async () => {
    const file = `/etc/${NAME}/${NAME}.yml`
    const { pid } = agent
    const last = (message: string) =>
      agent.logged().filter(line => String(line['message']).startsWith(message)).length
    machine.run(`cp -p ${file} /root/good.yml; echo 'bets: []' >>${file}; systemctl reload ${NAME}`)
    await agent.until('it is refused', () => last('Reload refused') === 1)
    expect(agent.property('StatusText')).to.include('reload refused')
    machine.run(`cp -p /root/good.yml ${file}; sed -i 's/period: 3s/period: 1s/' ${file}`)
    machine.run(`systemctl reload ${NAME}`)
    await agent.until('it is reloaded', () => last('Reloaded') === 1)
    expect(agent.property('ActiveState')).to.equal('active')
    expect(agent.pid).to.equal(pid)
    expect(new Set(agent.statuses('Seccomp'))).to.deep.equal(new Set(['2']))
  })

  it('is looked into by its command, which root runs as the user of the agent', () => {
    const said = machine.run(`${NAME} test config`)
    expect(said).to.include('Config OK').and.to.include('note: only the service has credentials')
    expect(machine.run(`${NAME} seccomp explain ptrace`)).to.include('errno(EPERM)')
    const owners = machine.run(`find /var/lib/${NAME} -printf '%u\\n' | sort -u`)
    expect(owners).to.equal(`${NAME}\n`)
  })

  it('is away from the terminal of root when its command imports what beat.yml names', () => {
    const beat = `import { readFileSync } from 'node:fs'
      const of = name => readFileSync('/proc/self/' + name, 'utf8')
      console.log('pid', process.pid, 'stat', of('stat').split(') ')[1])
      console.log(of('status'))
      export default { name: 'look', schema: {}, run() {} }`
    machine.run(`cat >/etc/${NAME}/look.mjs <<'END'\n${beat}\nEND
      printf 'beats:\\n- type: ./look.mjs\\noutput.console: {}\\n' >/etc/${NAME}/look.yml`)
    const command = `tty; ${NAME} test config -c look.yml`
    const said = machine.run(`script -qec '${command}' /dev/null </dev/null`)
    const [, pid, session, terminal] = /^pid (\d+) stat \w \d+ \d+ (\d+) (\d+)/m.exec(said) ?? []
    expect(said).to.match(/^\/dev\/pts\/\d/)
    expect({ session, terminal }).to.deep.equal({ session: pid, terminal: '0' })
    expect(said).to.match(/^NoNewPrivs:\s1\r$/m)
    expect(said.match(/^Cap(Inh|Prm|Eff|Bnd|Amb):\s0{16}\r$/gm)).to.have.lengthOf(5)
    machine.run(`rm /etc/${NAME}/look.*`)
  })

  it('stops in good order', () => {
    machine.run(`systemctl stop ${NAME}`)
    expect(agent.property('Result')).to.equal('success')
    expect(agent.logged().at(-1)).to.include({ message: 'Stopped' })
  })

  it('leaves its data when it is removed, and nothing when it is purged', () => {
    machine.run(`systemctl start ${NAME}; dpkg --remove ${NAME}`)
    expect(machine.attempt(`systemctl is-active ${NAME}`).code).not.to.equal(0)
    machine.run(`test -e /var/lib/${NAME}/meta.json && test -e /etc/${NAME}/${NAME}.yml`)
    machine.run(`dpkg --purge ${NAME}`)
    const left = machine.run(
      `find / -xdev -name '*${NAME}*' -not -path '/packages/*' -not -path '/proc/*'`,
    )
    expect(left.trim()).to.equal('')
    expect(machine.attempt(`getent passwd ${NAME}`).code).to.equal(2)
    expect(machine.attempt(`getent group ${NAME}`).code).to.equal(2)
  })
})
