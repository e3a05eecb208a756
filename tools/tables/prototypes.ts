/**
 * Prototypes of calls that architectures define themselves, which the kernel's include/linux/syscalls.h does
 * not have. Each is taken from the kernel's sources (the SYSCALL_DEFINE of the file named beside it).
 */
const PROTOTYPES = `
long sys_mmap(unsigned long, unsigned long, unsigned long, unsigned long, unsigned long, off_t); // arch/x86/kernel/sys_x86_64.c
long sys_umount(char *); // __NR_umount is sys_oldumount, fs/namespace.c
long sys_umount2(char *, int); // __NR_umount2 is sys_umount, fs/namespace.c
long sys_modify_ldt(int, void *, unsigned long); // arch/x86/kernel/ldt.c
long sys_arch_prctl(int, unsigned long); // arch/x86/kernel/process.c
long sys_iopl(unsigned int); // arch/x86/kernel/ioport.c
long sys_riscv_hwprobe(void *, size_t, size_t, unsigned long *, unsigned int); // arch/riscv/kernel/sys_hwprobe.c
long sys_subpage_prot(unsigned long, unsigned long, u32 *); // arch/powerpc/mm/book3s64/subpage_prot.c
long sys_swapcontext(void *, void *, long); // arch/powerpc/kernel/signal_64.c
long sys_s390_runtime_instr(int, int); // arch/s390/kernel/runtime_instr.c
long sys_s390_pci_mmio_write(unsigned long, void *, size_t); // arch/s390/pci/pci_mmio.c
long sys_s390_pci_mmio_read(unsigned long, void *, size_t); // arch/s390/pci/pci_mmio.c
long sys_s390_guarded_storage(int, void *); // arch/s390/kernel/guarded_storage.c
long sys_s390_sthyi(unsigned long, void *, u64 *, unsigned long); // arch/s390/kernel/sthyi.c
long sys_cacheflush(unsigned long, unsigned long, unsigned int); // arch/mips/mm/cache.c
long sys_cachectl(char *, int, int); // arch/mips/kernel/syscall.c
long sys_sysmips(long, long, long); // arch/mips/kernel/syscall.c
`

/** Types that the kernel truncates to 32 bits (`umode_t` even to 16) before it looks at the value. */
const INTS = new Set(
  `int unsigned unsigned_int u32 __u32 __s32 uint32_t pid_t uid_t gid_t qid_t umode_t clockid_t
  timer_t mqd_t key_t key_serial_t rwf_t enum_landlock_rule_type old_uid_t old_gid_t`.split(/\s+/),
)
/** Types that are as wide as a register. */
const WORDS = new Set(
  `long unsigned_long size_t off_t loff_t u64 aio_context_t cap_user_header_t cap_user_data_t
  old_sigset_t __sighandler_t`.split(/\s+/),
)

/**
 * Widths of system call arguments, from the prototypes in include/linux/syscalls.h and from those above: by
 * name, an `i` (32 bits) or `l` (a word) for each argument. Only calls with an `i` are included.
 */
export function readWidths(syscallsHeader: string): Readonly<Record<string, string>> {
  const widths = new Map([...prototypesIn(syscallsHeader), ...prototypesIn(PROTOTYPES)])
  const narrow = [...widths].filter(([, letters]) => letters.includes('i'))
  return Object.fromEntries(narrow.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function* prototypesIn(text: string): Iterable<[string, string]> {
  const code = text.replace(/\/\*.*?\*\//gs, '')
  for (const [, name = '', parameters = ''] of code.matchAll(/\blong sys_(\w+)\s*\(([^;]*)\);/g)) {
    const letters = parameters.split(',').map(widthOf).join('')
    yield [name, letters]
  }
}

/** The letter of one parameter, as C declares it with or without a name. */
function widthOf(parameter: string): string {
  if (parameter.includes('*')) return 'l'
  const tokens = parameter
    .trim()
    .split(/\s+/)
    .filter(token => token !== 'const')
  const types = [tokens.join('_'), tokens.slice(0, -1).join('_')]
  if (types.some(type => WORDS.has(type))) return 'l'
  if (types.some(type => INTS.has(type))) return 'i'
  if (types[0] === 'void') return ''
  throw new Error(`unknown type in a system call's prototype: "${parameter.trim()}"`)
}
