import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, findingIn } from './finding.ts'

/** Findings about the host: other protection of the agent's process, and auditing of denials. */
export function hostFindings(root = '/'): readonly Finding[] {
  return [...inherited(root), yama(root), ...audit(root)]
}

const finding = findingIn('host')

function inherited(root: string): readonly Finding[] {
  const count = /^Seccomp_filters:\t(\d+)/m.exec(read(root, 'proc/self/status') ?? '')?.[1]
  if (count === undefined || count === '0') return []
  return [
    finding('info', `filters already installed on this process: ${count}; they apply as well`),
  ]
}

/** Documentation/admin-guide/LSM/Yama.rst of the kernel. */
function yama(root: string): Finding {
  const scope = read(root, 'proc/sys/kernel/yama/ptrace_scope')?.trim()
  if (scope !== undefined && scope !== '0') return finding('ok', `Yama restricts ptrace (${scope})`)
  const state = scope === undefined ? 'is missing' : 'is off'
  const risk = 'until the agent has made itself undumpable, any process of its user can trace it'
  const remedy = 'set kernel.yama.ptrace_scope=1, or give the agent its own user'
  return finding('info', `Yama ${state}: ${risk}; ${remedy}`)
}

/** seccomp(2), /proc interfaces. Only a kernel with auditing writes audit records. */
function audit(root: string): readonly Finding[] {
  const findings: Finding[] = []
  if (read(root, 'proc/self/loginuid') === undefined) {
    findings.push(finding('warning', 'the kernel has no auditing: denials are not reported'))
  }
  const logged = read(root, 'proc/sys/kernel/seccomp/actions_logged')?.trim().split(/\s+/)
  if (logged && !logged.includes('errno')) {
    findings.push(
      finding(
        'warning',
        'denials with errno are not logged: kernel.seccomp.actions_logged lacks errno',
      ),
    )
  } else if (logged) findings.push(finding('ok', `audited actions: ${logged.join(', ')}`))
  return findings
}

function read(root: string, file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch {
    return undefined
  }
}
