import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import {
  type ArchitectureName,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { breaking } from '../../../lib/seccomp/check/breaking.ts'
import { equivalents } from '../../../lib/seccomp/check/equivalents.ts'
import { type Finding, ranked } from '../../../lib/seccomp/check/finding.ts'
import { hostFindings } from '../../../lib/seccomp/check/host.ts'
import { kernelFindings } from '../../../lib/seccomp/check/kernel.ts'
import { runtimeFindings } from '../../../lib/seccomp/check/runtime.ts'
import { trialFindings } from '../../../lib/seccomp/check/trial.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { ACTIONS } from '../../../lib/seccomp/policy/policy.ts'
import { BLACKLIST, policy, section } from '../policy/policies.ts'

async function defaults(name: ArchitectureName, config = section({})) {
  const found = await loadPolicy(name, config, { needs: [] })
  if (!found) throw new Error(`no default policy for ${name}`)
  return found
}

async function denying(...names: readonly string[]) {
  const written = { default_action: 'allow', syscalls: [{ action: 'errno', names }] }
  return merge(await loadArchitecture('amd64'), [policy(written)])
}

function messages(findings: readonly Finding[], severity: Finding['severity']): readonly string[] {
  return findings.filter(each => each.severity === severity).map(({ message }) => message)
}

describe('seccomp check', () => {
  describe('breaking', () => {
    for (const name of ['amd64', '386', 'arm64', 's390x'] as const) {
      it(`${name}: the default policy breaks nothing`, async () => {
        const found = await defaults(name)
        expect(breaking(found)).to.deep.equal([])
        expect(equivalents(found)).to.deep.equal([])
      })
    }

    it('says what becomes of each denial', async () => {
      const found = messages(breaking(await denying('futex', 'getpid', 'ptrace')), 'error')
      expect(found).to.have.length(2)
      expect(found[0]).to.equal(`getpid is denied (errno(EPERM)): process.pid is -1, and ${KILL}`)
      expect(found[1]).to.equal('futex is denied (errno(EPERM)): Node aborts')
    })

    it('knows that some have a fallback, for ENOSYS and nothing else', async () => {
      expect(messages(breaking(await denying('clone3')), 'warning')).to.have.length(1)
      const written = { action: 'errno', errno: 'ENOSYS', names: ['clone3', 'getrandom'] }
      const architecture = await loadArchitecture('amd64')
      const fallback = policy({ default_action: 'allow', syscalls: [written] })
      expect(breaking(merge(architecture, [fallback]))).to.deep.equal([])
    })
  })

  describe('equivalents', () => {
    it('tells of what can do the same', async () => {
      const blacklist = merge(await loadArchitecture('amd64'), [policy(BLACKLIST)])
      expect(messages(equivalents(blacklist), 'warning')).to.deep.equal([
        'fork, vfork are denied, but clone, clone3 can do the same',
      ])
      const some = messages(equivalents(await denying('execve', 'openat')), 'warning')
      expect(some).to.deep.equal([
        'execve is denied, but execveat can do the same',
        'openat is denied, but open, creat, open_by_handle_at, openat2 can do the same',
      ])
    })

    it('is about what somebody wrote, not what a default denies', async () => {
      const written = policy({ default_action: 'errno', syscalls: [OPENAT] })
      const config = { ...section({}), policy: { ...written, defaultOrigin: 'beat.yml:2' } }
      const found = messages(equivalents(await defaults('amd64', config)), 'warning')
      expect(found).to.deep.equal(['openat is denied, but open can do the same'])
    })
  })

  describe('kernel', () => {
    const flags = { tsync: true, log: true, tsyncEsrch: true }
    const all = { available: true, seccomp: true, flags, actions: new Set(ACTIONS) } as const

    it('has all that is needed', () => {
      const found = kernelFindings(all, new Set(['allow', 'errno']))
      expect(found.every(({ severity }) => severity === 'ok')).to.equal(true)
    })

    it('lacks what the policy uses', () => {
      const actions = new Set(['allow', 'errno', 'trap'] as const)
      const old = { ...all, flags: { ...flags, log: false }, actions }
      const found = kernelFindings(old, new Set(['allow', 'log']))
      expect(messages(found, 'error')).to.deep.equal([
        'it lacks the action log, which the policy uses',
      ])
      expect(messages(found, 'warning')).to.have.length(1)
    })

    it('can not be asked, or has no filters', () => {
      const [unasked] = kernelFindings({ available: false, reason: 'no addon' }, new Set())
      expect(unasked?.message).to.contain('no addon')
      const [none] = kernelFindings({ ...all, seccomp: false }, new Set())
      expect(none?.severity).to.equal('error')
    })
  })

  describe('host', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealbeat-check-'))
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    after(() => rmSync(folder, { recursive: true }))

    it('is bare', () => {
      const found = hostFindings(folder)
      expect(messages(found, 'warning').join()).to.match(/^the kernel has no auditing/)
      expect(messages(found, 'info').join()).to.match(/^Yama is missing/)
    })

    it('has Yama, auditing and a filter already', () => {
      write('proc/sys/kernel/yama/ptrace_scope', '1\n')
      write('proc/self/loginuid', '4294967295')
      write('proc/sys/kernel/seccomp/actions_logged', 'kill_process trap errno log\n')
      write('proc/self/status', 'Name:\tnode\nSeccomp_filters:\t2\n')
      const found = hostFindings(folder)
      expect(messages(found, 'warning')).to.deep.equal([])
      expect(messages(found, 'info').join()).to.match(
        /filters already installed on this process: 2; /,
      )
    })

    it('has Yama switched off, and denials not logged', () => {
      write('proc/sys/kernel/yama/ptrace_scope', '0\n')
      write('proc/sys/kernel/seccomp/actions_logged', 'kill_process log\n')
      const found = hostFindings(folder)
      expect(messages(found, 'warning').join()).to.match(/actions_logged lacks errno/)
      expect(messages(found, 'info').join()).to.match(/Yama is off/)
    })
  })

  it('runtime: compares with what the default policy was recorded with', () => {
    const recorded = ['20.1.0', '22.2.0'].map(node => {
      return { architecture: 'amd64', node, libc: 'glibc 2.36', kernel: '6.1' }
    })
    const known = runtimeFindings({ node: '22.9.9', glibc: '2.31', ring: false }, recorded)
    expect(known.every(({ severity }) => severity === 'ok')).to.equal(true)
    const other = runtimeFindings({ node: '23.0.0', glibc: undefined, ring: true }, recorded)
    expect(other.map(({ severity }) => severity)).to.deep.equal(['warning', 'warning', 'info'])
    const newer = runtimeFindings({ node: '20.0.0', glibc: '2.41', ring: false }, recorded)
    expect(messages(newer, 'info').join()).to.contain('glibc 2.41 is newer than 2.36')
  })

  it('ranks: the worst first, then by topic', () => {
    const of = (topic: Finding['topic'], severity: Finding['severity']) => {
      return { topic, severity, message: '' }
    }
    const [ok, warning, early, late] = [
      of('policy', 'ok'),
      of('kernel', 'warning'),
      of('host', 'error'),
      of('trial', 'error'),
    ]
    expect(ranked([ok, warning, late, early])).to.deep.equal([early, late, warning, ok])
  })

  describe('trial', () => {
    const installed = { message: 'Syscall filter successfully installed' }
    const denied = (name: string, errno: string | undefined, total: number) => {
      return { message: 'Seccomp denied', syscall: { name, errno }, total }
    }

    it('repeats what the hint of a refusal says, also of one that a beat has caught', () => {
      const hint = 'declare it'
      const log = [
        installed,
        { 'log.level': 'error', message: 'Beat failed: open EACCES', beat: 'web', hint },
        { 'log.level': 'warn', message: 'late', 'error.message': 'connect EACCES', hint },
        { 'log.level': 'warn', message: 'no matter' },
      ]
      const found = trialFindings({ end: 0, log: [...log, ...log], otherLines: [], events: 3 })
      expect(messages(found, 'error')).to.deep.equal([
        'beat web: Beat failed: open EACCES; declare it (2 times)',
      ])
      expect(messages(found, 'warning')).to.deep.equal([
        'late: connect EACCES; declare it (2 times)',
      ])
    })

    it('leaves to others what the agent notes of its host', () => {
      const note = { 'log.level': 'info', message: 'Native code can be loaded', hint: 'mount' }
      const log = [installed, note, { ...note, message: 'refused', beat: 'web' }]
      const found = trialFindings({ end: 0, log, otherLines: [], events: 3 })
      expect(messages(found, 'warning')).to.deep.equal(['beat web: refused; mount'])
    })

    it('counts each call that was denied once', () => {
      const log = [
        installed,
        denied('statfs', 'EPERM', 1),
        denied('statfs', undefined, 9),
        denied('clone3', 'ENOSYS', 2),
      ]
      const found = trialFindings({ end: 0, log, otherLines: [], events: 3 })
      expect(messages(found, 'error')).to.deep.equal(['statfs was denied 9 times with EPERM'])
      expect(messages(found, 'info')).to.have.length(1)
    })

    it('tells of an agent that did not get so far, or died', () => {
      const log = [
        { 'log.level': 'error', message: 'Beat failed', beat: 'x', 'error.message': 'no' },
      ]
      const otherLines = ['sealbeat: seccomp denied: system call futex (202)', 'futex facility']
      const found = messages(trialFindings({ end: 'SIGABRT', log, otherLines, events: 0 }), 'error')
      expect(found).to.deep.equal([
        'no filter was installed; the last log message was “Beat failed”',
        'sealbeat: seccomp denied: system call futex (202)',
        'beat x: Beat failed: no',
        'the agent ended with SIGABRT: futex facility',
      ])
    })

    it('is not pleased with a beat that says nothing', () => {
      const found = trialFindings({ end: 0, log: [installed], otherLines: [], events: 0 })
      expect(messages(found, 'warning')).to.have.length(1)
    })
  })
})

const OPENAT = { action: 'errno', names: ['openat'] }
const KILL = 'process.kill(process.pid) signals everything on the machine'
