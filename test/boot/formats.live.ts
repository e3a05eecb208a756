// `make boot` tests the other formats, under the same systemd. Needs root.
import { expect } from 'chai'
import { InstalledAgent } from '../../lib/boot/installed-agent.ts'
import type { Machine } from '../../lib/boot/machine.ts'
import { FLOOD, NAME, packageSample } from '../../tools/boot/sample.ts'
import { bootedWith } from './booted-with.ts'

/** Without dependencies: Debian's packages have other names than those of rpm's distributions. */
const RPM = 'rpm --nodeps'

describe('S16: an agent that is installed otherwise', function () {
  this.timeout(120_000)
  let machine: Machine
  let agent: InstalledAgent
  const packages = () => [
    packageSample('1.0.0', { formats: 'rpm,tar' }),
    packageSample('1.1.0', { formats: 'rpm' }),
  ]
  bootedWith(packages, booted => {
    machine = booted
    agent = new InstalledAgent(booted, NAME)
  })

  const isSealed = () => expect(new Set(agent.statuses('Seccomp'))).to.deep.equal(new Set(['2']))
  const stateOf = (path: string) => machine.run(`stat -c '%a %U' ${path}`).trim()

  it('from its .rpm: is sealed when it is active', () => {
    machine.run(`${RPM} -i /packages/${NAME}-1.0.0-1.x86_64.rpm`)
    expect(stateOf(`/etc/${NAME}/${NAME}.yml`)).to.equal(`600 ${NAME}`)
    expect(stateOf(`/var/lib/${NAME}`)).to.equal(`700 ${NAME}`)
    machine.run(`printf secret >/etc/${NAME}/credentials/token; systemctl enable --now ${NAME}`)
    expect(agent.property('ActiveState')).to.equal('active')
    isSealed()
  })

  it('from its .rpm: the next version keeps configuration and state, and is started', async () => {
    const { pid } = agent
    const id = machine.run(`cat /var/lib/${NAME}/meta.json`)
    machine.run(`sed -i 's/period: 10s/period: 3s/' /etc/${NAME}/${NAME}.yml`)
    machine.run(`${RPM} -U /packages/${NAME}-1.1.0-1.x86_64.rpm`)
    expect(machine.run(`cat /etc/${NAME}/${NAME}.yml`)).to.include('period: 3s')
    expect(stateOf(`/etc/${NAME}/${NAME}.yml`)).to.equal(`600 ${NAME}`)
    await agent.until('it is active', () => agent.property('ActiveState') === 'active')
    expect(agent.pid).not.to.equal(pid)
    expect(machine.run(`cat /var/lib/${NAME}/meta.json`)).to.equal(id)
    isSealed()
  })

  it('gives each line of its log to the journal with its priority', () => {
    const entries = machine
      .run(`journalctl --unit=${NAME} --output=json --output-fields=MESSAGE,PRIORITY`)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const priorityOf = (text: string) =>
      entries.find(({ MESSAGE }) => String(MESSAGE).includes(text))?.PRIORITY
    expect(priorityOf('Syscall filter successfully installed')).to.equal('6')
    expect(priorityOf('"log.level":"warn"') ?? '4').to.equal('4')
    expect(entries.some(({ MESSAGE }) => String(MESSAGE).startsWith('<'))).to.equal(false)
  })

  it('says what it is and what it can, in its own name', () => {
    expect(machine.run(`${NAME} --version`)).to.match(new RegExp(`^${NAME} 1\\.1\\.0 \\(sealbeat `))
    expect(machine.run(`${NAME} --help`)).to.match(new RegExp(`^${NAME}: .*\\n\\nUsage: ${NAME} `))
    const wrong = machine.attempt(`${NAME} new agent foo`)
    expect(wrong.code).to.equal(64)
    expect(wrong.text).to.include('for authors of agents').and.not.to.include('    at ')
  })

  it('loses none of many events in the journal', async () => {
    const folder = `/etc/systemd/system/${NAME}.service.d`
    const arrivedOf = async () => {
      const since = machine.run('date +%s.%N').trim()
      const started = `journalctl --unit=${NAME} --output=cat --since=@${since} | grep -q own.start`
      machine.run(`systemctl restart ${NAME}`)
      // It is ready before its beats run, and has no handler for the signal until then.
      await agent.until('its beat runs', () => machine.attempt(started).code === 0)
      machine.run(`kill -WINCH ${agent.pid}`)
      const delivered = () => Number(/(\d+) delivered/.exec(agent.property('StatusText'))?.[1])
      await agent.until('all are delivered', () => delivered() >= FLOOD)
      const lines = `journalctl --sync; journalctl --unit=${NAME} --output=cat --since=@${since}`
      const ids = `${lines} | sed -n 's/.*"own.flood".*"n":\\([0-9]*\\).*/\\1/p'`
      return Number(machine.run(`${ids} | sort -u | wc -l`))
    }
    expect(await arrivedOf()).to.equal(FLOOD)
    // The control: the journal as it is without the unit's setting.
    machine.run(`mkdir -p ${folder}
      printf '[Service]\\nLogRateLimitIntervalSec=30s\\nLogRateLimitBurst=1000\\n' >${folder}/limit.conf
      systemctl daemon-reload`)
    expect(await arrivedOf()).to.be.below(FLOOD)
    machine.run(`rm -r ${folder}; systemctl daemon-reload; systemctl restart ${NAME}`)
  })

  it('measures what is mounted below /home, which its unit may see', async () => {
    const folder = `/etc/systemd/system/${NAME}.service.d`
    const mountsOf = async (): Promise<readonly unknown[]> => {
      machine.run(`systemctl restart ${NAME}`)
      const since = machine.run('date +%s.%N').trim()
      const found = () => {
        const text = machine.run(`journalctl --unit=${NAME} --output=cat --since=@${since}`)
        const lines = text.split('\n').filter(line => line.includes('"host.filesystem"'))
        return lines.length > 0 && lines.map(line => JSON.parse(line).system.filesystem.mount_point)
      }
      return agent.until('filesystems are measured', found)
    }
    machine.run(`mkdir -p /home/data; mount -t tmpfs home /home/data
      sed -i 's/period: 3s/period: 3s\\n    filesystem.ignore_types: []/' /etc/${NAME}/${NAME}.yml`)
    expect(await mountsOf()).to.include('/home/data')
    // The control: a unit that hides it.
    machine.run(`mkdir -p ${folder}; printf '[Service]\\nProtectHome=yes\\n' >${folder}/home.conf
      systemctl daemon-reload`)
    expect(await mountsOf()).not.to.include('/home/data')
    machine.run(`rm -r ${folder}; systemctl daemon-reload; umount /home/data`)
  })

  it('from its .rpm: is stopped when it is removed, its data left', () => {
    machine.run(`${RPM} -e ${NAME}`)
    expect(machine.attempt(`systemctl is-active ${NAME}`).code).not.to.equal(0)
    expect(machine.attempt(`test -e /usr/share/${NAME} || test -e /usr/bin/${NAME}`).code).to.equal(
      1,
    )
    machine.run(`test -e /var/lib/${NAME}/meta.json`)
  })

  it('from its tarball: is sealed when it is active, in a unit that the operator writes', () => {
    machine.run(`mkdir -p '/opt/some where'; tar -C '/opt/some where' -xf /packages/*.tar.gz`)
    const [place = ''] = machine.run(`ls -d '/opt/some where/'*`).split('\n')
    const run = '--unit=portable --property=Type=notify --property=NotifyAccess=main'
    const secret = `--property=SetCredential=token:secret`
    // The user who unpacks it owns it, and no other user may write it.
    machine.run(`systemd-run --quiet ${run} ${secret} '${place}/${NAME}' run`)
    const status = machine.run('systemctl show --property=StatusText --value portable')
    expect(status).to.match(/^sandboxed \(/)
    machine.run(`systemctl stop portable; test -e '${place}/data/meta.json'`)
  })
})
