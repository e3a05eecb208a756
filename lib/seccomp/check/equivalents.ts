import { denies, isAllowed, isDenied } from '../policy/denies.ts'
import type { Decision, EffectivePolicy } from '../policy/merge.ts'
import { type Finding, findingIn } from './finding.ts'

/** Each call of a group can do what the others do, or enough of it (syscalls(2)). */
const GROUPS: readonly (readonly string[])[] = [
  ['execve', 'execveat'],
  ['fork', 'vfork', 'clone', 'clone3'],
  ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'],
  ['kill', 'tkill', 'tgkill', 'pidfd_send_signal', 'rt_sigqueueinfo', 'rt_tgsigqueueinfo'],
  ['ptrace', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd'],
  ['mount', 'fsmount', 'move_mount', 'open_tree', 'open_tree_attr', 'mount_setattr'],
  ['umount', 'umount2'],
  ['init_module', 'finit_module'],
  ['kexec_load', 'kexec_file_load'],
  ['unlink', 'unlinkat', 'rmdir'],
  ['rename', 'renameat', 'renameat2'],
  ['link', 'linkat'],
  ['symlink', 'symlinkat'],
  ['mkdir', 'mkdirat'],
  ['mknod', 'mknodat'],
  ['chmod', 'fchmod', 'fchmodat', 'fchmodat2'],
  ['chown', 'fchown', 'lchown', 'fchownat', 'chown32', 'fchown32', 'lchown32'],
  ['truncate', 'ftruncate', 'truncate64', 'ftruncate64'],
  ['readlink', 'readlinkat'],
  ['stat', 'lstat', 'fstatat64', 'newfstatat', 'statx', 'stat64', 'lstat64'],
  ['getdents', 'getdents64'],
  ['dup', 'dup2', 'dup3'],
  ['pipe', 'pipe2'],
  ['accept', 'accept4'],
  ['sendto', 'sendmsg', 'sendmmsg'],
  ['recvfrom', 'recvmsg', 'recvmmsg'],
  ['socket', 'socketcall'],
  ['settimeofday', 'clock_settime', 'clock_settime64', 'adjtimex', 'clock_adjtime', 'stime'],
  ['setuid', 'setreuid', 'setresuid', 'setuid32', 'setreuid32', 'setresuid32'],
  ['setgid', 'setregid', 'setresgid', 'setgid32', 'setregid32', 'setresgid32'],
  ['setxattr', 'lsetxattr', 'fsetxattr', 'setxattrat'],
  ['getxattr', 'lgetxattr', 'fgetxattr', 'getxattrat'],
  ['prlimit64', 'setrlimit'],
]

/** Calls that the user denies on purpose while an equivalent call is still allowed. */
export function equivalents(policy: EffectivePolicy): readonly Finding[] {
  const finding = findingIn('policy')
  return GROUPS.flatMap(names => {
    const group = policy.decisions.filter(({ name }) => names.includes(name))
    const denied = group.filter(each => isDenied(each) && isOnPurpose(policy, each)).map(nameOf)
    const open = group.filter(isOpen).map(nameOf)
    if (denied.length === 0 || open.length === 0) return []
    const verb = denied.length === 1 ? 'is' : 'are'
    const message = `${denied.join(', ')} ${verb} denied, but ${open.join(', ')} can do the same`
    return [finding('warning', message)]
  })
}

/** Calls that the default policy narrows by what Landlock can't see: what remains does as much as the others. */
const NARROWED: ReadonlySet<string> = new Set([
  ...['open', 'openat', 'chmod', 'fchmod', 'fchmodat'],
  ...['send', 'sendto', 'sendmsg', 'sendmmsg'],
])

function isOpen(decision: Decision): boolean {
  return isAllowed(decision) || (NARROWED.has(decision.name) && !isDenied(decision))
}

/** Whether a rule of the user decided this, rather than the default action or the default policy. */
function isOnPurpose(policy: EffectivePolicy, { origin }: Decision): boolean {
  if (!denies({ action: policy.defaultAction })) return true
  return origin !== policy.defaultOrigin && !origin.startsWith('default ')
}

function nameOf({ name }: Decision): string {
  return name
}
