/** A system call with arguments that would do no harm if it were allowed, and the error it must fail with. */
export interface Attempt {
  readonly call: string
  readonly args?: readonly number[]
  readonly error: 'EPERM' | 'ENOSYS'
}

/** Calls that are denied with any arguments. */
const ALWAYS = {
  EPERM: `execve execveat fork vfork ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp
    process_madvise pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo tkill
    mount umount2 pivot_root chroot setns unshare move_mount open_tree fsopen fsconfig fsmount mount_setattr
    bpf perf_event_open userfaultfd keyctl add_key request_key io_uring_enter io_uring_register
    init_module finit_module delete_module kexec_load kexec_file_load
    setuid setgid setresuid setresgid setgroups setfsuid capset personality
    reboot swapon swapoff sethostname setdomainname settimeofday clock_settime clock_adjtime acct
    syslog quotactl open_by_handle_at fanotify_init iopl ioperm vhangup mknodat seccomp`,
  ENOSYS: 'clone3 io_uring_setup',
} as const

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG] = [1, 2, 10, 16, 17, 38]
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW] = [1, 2, 3]
const [NO_DESCRIPTOR, AT_FDCWD, MSG_FASTOPEN] = [-1, -100, 0x20000000]
const [O_CREAT, S_ISUID, S_ISGID] = [0o100, 0o4000, 0o2000]
const [NETLINK_AUDIT, TIOCSTI, CLONE_NEWUSER] = [9, 0x5412, 0x10000000]
const [PR_SET_SECCOMP, SECCOMP_MODE_STRICT] = [22, 1]
/** The first process of the namespace, and a signal that does no harm. */
const [NEIGHBOUR, SIGCONT] = [1, 18]

/** Calls that are denied with these arguments. */
const NARROWED: readonly Attempt[] = [
  { call: 'socket', args: [AF_INET, SOCK_RAW, 1], error: 'EPERM' },
  { call: 'socket', args: [AF_PACKET, SOCK_RAW, 0], error: 'EPERM' },
  { call: 'socket', args: [AF_ALG, 5, 0], error: 'EPERM' },
  { call: 'socket', args: [AF_NETLINK, SOCK_RAW, NETLINK_AUDIT], error: 'EPERM' },
  { call: 'socket', args: [AF_UNIX, SOCK_STREAM, 0], error: 'EPERM' },
  { call: 'socket', args: [AF_INET, SOCK_STREAM, 0], error: 'EPERM' },
  { call: 'socket', args: [AF_INET6, SOCK_DGRAM, 0], error: 'EPERM' },
  { call: 'socket', args: [AF_NETLINK, SOCK_RAW, 0], error: 'EPERM' },
  { call: 'connect', args: [NO_DESCRIPTOR, 0, 0], error: 'EPERM' },
  { call: 'bind', args: [NO_DESCRIPTOR, 0, 0], error: 'EPERM' },
  { call: 'listen', args: [NO_DESCRIPTOR, 1], error: 'EPERM' },
  { call: 'sendto', args: [NO_DESCRIPTOR, 0, 0, MSG_FASTOPEN, 0, 0], error: 'EPERM' },
  { call: 'sendmsg', args: [NO_DESCRIPTOR, 0, MSG_FASTOPEN], error: 'EPERM' },
  { call: 'sendmmsg', args: [NO_DESCRIPTOR, 0, 0, MSG_FASTOPEN], error: 'EPERM' },
  { call: 'chmod', args: [0, S_ISUID], error: 'EPERM' },
  { call: 'fchmod', args: [NO_DESCRIPTOR, S_ISGID], error: 'EPERM' },
  { call: 'fchmodat', args: [AT_FDCWD, 0, S_ISUID], error: 'EPERM' },
  { call: 'openat', args: [AT_FDCWD, 0, O_CREAT, S_ISUID], error: 'EPERM' },
  { call: 'setpriority', args: [0, 0, -1], error: 'EPERM' },
  { call: 'kill', args: [NEIGHBOUR, SIGCONT], error: 'EPERM' },
  { call: 'tgkill', args: [NEIGHBOUR, NEIGHBOUR, SIGCONT], error: 'EPERM' },
  { call: 'clone', args: [CLONE_NEWUSER, 0, 0, 0, 0], error: 'EPERM' },
  { call: 'ioctl', args: [0, TIOCSTI, 0], error: 'EPERM' },
  { call: 'prctl', args: [PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0], error: 'EPERM' },
]

/** The system calls that malicious code in an agent would try. */
export const ATTEMPTS: readonly Attempt[] = [
  ...words(ALWAYS.EPERM).map(call => ({ call, error: 'EPERM' }) as const),
  ...words(ALWAYS.ENOSYS).map(call => ({ call, error: 'ENOSYS' }) as const),
  ...NARROWED,
]

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
