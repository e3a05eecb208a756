import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { grantsOf } from '../../../lib/packaging/unit/grants.ts'
import { socketFile, unitFile } from '../../../lib/packaging/unit/unit.ts'
import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { messagesOf, Workplace } from '../../cli/workplace.ts'
import { ROOT } from '../../docs/page.ts'
import { isolation, needsIsolation, programFile, skip } from '../../live.ts'
import { needs, run } from '../programs.ts'
import { EVERYTHING, planOf } from './granted.ts'

const MANIFEST = {
  name: 'sample',
  version: '1.2.3',
  description: 'Measures 100% of the host',
  maintainer: 'Jo Maintainer <jo@example.org>',
  license: 'Apache-2.0',
  homepage: 'https://example.org/a%20b',
}

const SAMPLE = `beats: [{ type: host }, { type: audit }, { type: ./beats/own.js }]
output.console: {}
shutdown_timeout: 12500ms
`

/** The filter, from its comment to the next section. */
const FILTER = /^# An extra layer below(.|\n)*(?=\[Install\])/m

interface Given {
  readonly credentials?: readonly string[]
  readonly jitless?: boolean
}

async function optionsOf(configuration: string, { credentials = [], jitless = false }: Given = {}) {
  const plan = await planOf(configuration)
  const policy = plan.sandbox.ready ? plan.sandbox.policy : undefined
  const shutdownTimeoutMs = plan.config.shutdown_timeout
  const grants = grantsOf(plan)
  const changesUser = plan.account !== undefined
  const given = { credentials, jitless, changesUser, shutdownTimeoutMs }
  return { manifest: MANIFEST, grants, policy, ...given }
}

async function unitOf(configuration: string, given?: Given) {
  return unitFile(await optionsOf(configuration, given))
}

/** The names in the allow list of a unit. */
function allowedBy(unit: string): readonly string[] {
  const lists = Array.from(unit.matchAll(/^SystemCallFilter=([^~].*)$/gm), ([, each = '']) => each)
  return lists.flatMap(each => each.split(' '))
}

describe('the unit of an agent', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sealbeat-unit-'))))
  after(() => rmSync(folder, { recursive: true }))

  it('is this for a small agent, but for the filter', async () => {
    const golden = readFileSync(join(ROOT, 'test/packaging/unit/sample.service'), 'utf8')
    const unit = await unitOf(SAMPLE, { credentials: ['token'] })
    expect(unit.replace(FILTER, '')).to.equal(golden)
  })

  it('has a filter of systemd below that of the agent, without what a service has no use for', async () => {
    const [filter = ''] = FILTER.exec(await unitOf(SAMPLE)) ?? []
    const allowed = allowedBy(filter)
    expect(allowed).to.include.members(['read', 'execve', 'seccomp', 'openat', 'fchmod'])
    expect(allowed).not.to.include.members(['ptrace'])
    expect(allowed).not.to.include.members(['fchown'])
    expect(filter).to.include('SystemCallArchitectures=native\nSystemCallErrorNumber=EPERM\n')
  })

  it('lets through what confines the threads, which the agent then denies itself', async () => {
    const confining = ['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self']
    const sweeping = ['capget', 'prctl', 'rt_sigaction', 'rt_tgsigqueueinfo', 'tgkill']
    const becoming = ['setgroups', 'setgid', 'setuid']
    const unit = await unitOf(SAMPLE)
    expect(allowedBy(unit)).to.include.members([...confining, ...sweeping])
    expect(unit).to.match(/^# Needed at startup, so only the agent denies: .*landlock_/m)
    for (const name of becoming) expect(allowedBy(unit)).not.to.include(name)
    expect(allowedBy(await unitOf(`${SAMPLE}user: '12:34'\n`))).to.include.members(becoming)
  })

  it('lets capset through where there are capabilities to drop, and not elsewhere', async () => {
    expect(allowedBy(await unitOf(SAMPLE))).not.to.include('capset')
    expect(allowedBy(await unitOf(EVERYTHING))).to.include('capset')
    expect(allowedBy(await unitOf(`${SAMPLE}user: '12:34'\n`))).to.include('capset')
  })

  it('has systemd open what takes a capability, as long as the agent is there', async () => {
    const two = SAMPLE.replace(
      '{ type: audit }',
      '{ type: audit }, { type: audit, id: small, buffer: 64KiB }',
    )
    expect(
      socketFile(await optionsOf(two)),
    ).to.equal(`# Change it with a drop-in (systemctl edit sample.socket): upgrades replace this file.
[Unit]
Description=Sockets of sample
BindsTo=sample.service

[Socket]
# audit 1: beat audit: reads the records of the kernel
ListenNetlink=audit 1
# audit 1: beat small: reads the records of the kernel
ListenNetlink=audit 1
ReceiveBuffer=8388608
`)
    const none = 'beats: [{ type: host }]\noutput.console: {}\n'
    expect(socketFile(await optionsOf(none))).to.equal(undefined)
    expect(await unitOf(none)).not.to.include('.socket')
  })

  describe('the filter of systemd, from the first instruction on', function () {
    this.timeout(60_000)
    const place = new Workplace({ 'beat.yml': 'beats: [{ type: host }]\noutput.console: {}\n' })
    before(needsIsolation)
    after(() => place.remove())

    /** As root, so that there are capabilities to drop. */
    async function startedUnder(names: readonly string[]): Promise<readonly string[]> {
      const outer = [process.execPath, programFile('outer/allowing'), names.join(',')]
      const agent = place.startThrough([...isolation(), ...outer], 'run')
      await agent.logged('Running')
      agent.child.kill('SIGKILL')
      return messagesOf(await agent.ended())
    }

    it('lets the agent confine itself, and install its own', async function () {
      const support = landlockSupport()
      if (!support.available) return skip(this, `no Landlock here: ${support.reason}`)
      const declared = 'beats: [{ type: ./listener.js, port: 443 }]\noutput.console: {}\n'
      const allowed = allowedBy(await unitOf(declared))
      const messages = (await startedUnder(allowed)).join('\n')
      expect(messages).to.match(/^Landlock domain entered/m)
      expect(messages).to.match(/^Capabilities dropped$/m)
      expect(messages).to.match(/^Syscall filter successfully installed$/m)
      const without = allowed.filter(name => !/^(landlock_|capset)/.test(name))
      const less = (await startedUnder(without)).join('\n')
      expect(less).to.match(/^Landlock is not available$/m)
      expect(less).to.match(/^Capabilities could not be dropped$/m)
    })
  })

  it('grants what is declared, each word as it is', async () => {
    const lines = (await unitOf(EVERYTHING)).split('\n')
    expect(lines).to.include.members([
      '# CAP_NET_BIND_SERVICE: beat web: port 443; beat other: port 80',
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
      'AmbientCapabilities=CAP_NET_BIND_SERVICE',
      'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET',
      'SupplementaryGroups=adm',
      'ReadWritePaths=-/srv/events "-/srv/my \\"100%%\\" spool"',
      '# -/srv/my "100%" spool: beat web: keeps them; beat other: keeps them',
      'NoExecPaths=/var/lib/sample /var/log/sample /tmp /var/tmp -/dev/shm -/srv/events "-/srv/my \\"100%%\\" spool"',
      'ProtectProc=invisible',
      'After=network-online.target',
    ])
    expect(lines.join('\n')).not.to.match(/^(ProcSubset|PrivateUsers|IPAddressDeny)=/m)
  })

  it('grants nothing where nothing is declared', async () => {
    const unit = await unitOf('beats: [{ type: ./beats/own.js }]\noutput.console: {}\n')
    for (const line of [
      'CapabilityBoundingSet=',
      'PrivateUsers=yes',
      'RestrictAddressFamilies=AF_UNIX',
      'IPAddressDeny=any',
      'ProtectProc=invisible',
      'ProcSubset=pid',
      'ProtectHome=yes',
    ]) {
      expect(unit.split('\n')).to.include(line)
    }
    expect(unit).not.to.include('network-online')
  })

  it('forbids writable code where none is made', async () => {
    const line = /^MemoryDenyWriteExecute=(.*)$/m
    expect(line.exec(await unitOf(SAMPLE))?.[1]).to.equal('no')
    expect(line.exec(await unitOf(SAMPLE, { jitless: true }))?.[1]).to.equal('yes')
  })

  it('has the one system call that goes round filters closed, where the agent has none', async () => {
    const unit = await unitOf(`${SAMPLE}seccomp.enabled: false\n`)
    expect(unit).to.include('SystemCallFilter=~io_uring_setup:ENOSYS')
  })

  describe('by systemd itself', () => {
    before(needs('systemd-analyze'))

    /** What systemd-analyze prints about a unit, whose command is replaced by one that exists here. */
    function verify(unit: string): string {
      const file = join(folder, 'sample.service')
      writeFileSync(file, unit.replaceAll('/usr/bin/sample', '/bin/true'))
      return run('sh', ['-c', 'exec systemd-analyze verify --man=no "$1" 2>&1', 'sh', file])
    }

    for (const [what, configuration, given] of [
      ['a small agent', SAMPLE, { credentials: ['token', 'my 100% "secret"'] }],
      ['one that is granted everything', EVERYTHING, {}],
      [
        'one without a filter and without code',
        `${SAMPLE}seccomp.enabled: false\n`,
        { jitless: true },
      ],
    ] as const) {
      it(`is understood, that of ${what}`, async () => {
        expect(verify(await unitOf(configuration, given))).to.equal('')
      })
    }

    it('would be told if it were not', () => {
      expect(verify('[Service]\nExecStart=/usr/bin/sample\nPrivateTemp=yes\n')).to.include(
        'PrivateTemp',
      )
    })

    it('scores at most 1.2', async () => {
      const file = join(folder, 'sample.service')
      writeFileSync(file, await unitOf(SAMPLE))
      const said = run('systemd-analyze', ['security', '--offline=yes', '--no-pager', file])
      const last = said.trim().split('\n').at(-1) ?? ''
      console.log(`      ${last.trim()}`)
      expect(Number(/: (\d+\.\d)/.exec(last)?.[1])).to.be.at.most(1.2)
    })
  })
})
