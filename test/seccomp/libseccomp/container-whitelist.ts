import type { SyscallTable } from '../../../lib/seccomp/architectures/syscall-table.ts'

/** Calls that administer the machine, look into other processes, or are obsolete. */
const REFUSED = `
  _sysctl acct add_key afs_syscall bpf chroot clock_settime clone clone3 create_module delete_module
  fanotify_init finit_module fsconfig fsmount fsopen fspick get_kernel_syms get_mempolicy getpmsg
  init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind migrate_pages
  mount mount_setattr move_mount move_pages nfsservctl open_by_handle_at open_tree perf_event_open
  personality pidfd_getfd pivot_root process_madvise putpmsg query_module quotactl quotactl_fd reboot
  request_key security set_mempolicy set_mempolicy_home_node sethostname setdomainname setns
  settimeofday socket swapoff swapon sysfs syslog tuxcall umount2 unshare uretprobe uprobe uselib
  userfaultfd ustat vhangup vserver`
  .trim()
  .split(/\s+/)

/** The first number that is too new: map_shadow_stack of Linux 6.6. */
const TOO_NEW = 453

/**
 * About 300 names in about 35 ranges: the calls that container engines allow, without their conditions
 * on arguments.
 */
export function containerWhitelist({ numbers }: SyscallTable): readonly string[] {
  return Object.entries(numbers)
    .filter(([name, number]) => number < TOO_NEW && !REFUSED.includes(name))
    .map(([name]) => name)
}
