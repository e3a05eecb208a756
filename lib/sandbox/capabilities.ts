/** linux/capability.h, up to CAP_CHECKPOINT_RESTORE of Linux 5.9: the position is the number. */
export const CAPABILITIES: readonly string[] =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
    .split(/\s+/)
    .map(name => `CAP_${name}`)

/** The bits of capabilities. Names that the table lacks are left out, so they are dropped. */
export function capabilityBits(names: Iterable<string>): bigint {
  let bits = 0n
  for (const name of names) {
    const at = CAPABILITIES.indexOf(name)
    if (at >= 0) bits |= 1n << BigInt(at)
  }
  return bits
}

/** `CAP_CHOWN` for bit 0 and so on; `CAP_63` for a bit that the table lacks. */
export function capabilityNames(bits: bigint): readonly string[] {
  const set = Array.from({ length: 64 }, (_, at) => at).filter(at => (bits >> BigInt(at)) & 1n)
  return set.map(at => CAPABILITIES[at] ?? `CAP_${at}`)
}
