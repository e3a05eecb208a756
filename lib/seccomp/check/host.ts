import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { about, type Finding } from './finding.ts'

/** What besides the filter keeps others off the agent, and tells of what it denies. */
export function hostFindings(root = '/'): readonly Finding[] {
  return [...inherited(root), yama(root), landlock(root), ...audit(root)]
}

const say = about('host')

function inherited(root: string): readonly Finding[] {
  const count = /^Seccomp_filters:\t(\d+)/m.exec(read(root, 'proc/self/status') ?? '')?.[1]
  if (count === undefined || count === '0') return []
  return [say('info', `${count} filters are over this process already, and hold as well`)]
}

/** Documentation/admin-guide/LSM/Yama.rst of the kernel. */
function yama(root: string): Finding {
  const scope = read(root, 'proc/sys/kernel/yama/ptrace_scope')?.trim()
  if (scope !== undefined && scope !== '0') return say('ok', `Yama restricts ptrace (${scope})`)
  const state = scope === undefined ? 'is not there' : 'is off'
  const risk = 'any process of the agent’s user may trace it, and call what it may not'
  return say('warning', `Yama ${state}: ${risk}; kernel.yama.ptrace_scope=1, or a user of its own`)
}

function landlock(root: string): Finding {
  const modules = read(root, 'sys/kernel/security/lsm')?.trim().split(',')
  if (!modules) return say('info', 'which security modules are active can’t be read (securityfs)')
  const is = modules.includes('landlock') ? 'is' : 'is not'
  return say('info', `Landlock ${is} active; the agent does not need it`)
}

/** seccomp(2), /proc interfaces; audit records are made only where the kernel has auditing. */
function audit(root: string): readonly Finding[] {
  const findings: Finding[] = []
  if (read(root, 'proc/self/loginuid') === undefined) {
    findings.push(say('warning', 'the kernel has no auditing: nobody is told of what is denied'))
  }
  const logged = read(root, 'proc/sys/kernel/seccomp/actions_logged')?.trim().split(/\s+/)
  if (logged && !logged.includes('errno')) {
    findings.push(
      say('warning', 'denials by errno are not logged: kernel.seccomp.actions_logged lacks errno'),
    )
  } else if (logged) findings.push(say('ok', `audited actions: ${logged.join(', ')}`))
  return findings
}

function read(root: string, file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch {
    return undefined
  }
}
