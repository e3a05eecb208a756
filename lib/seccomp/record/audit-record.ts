/** An audit record of a call that a filter logged (audit type 1326, AUDIT_SECCOMP). */
interface SeccompRecord {
  /** The process id, not the thread id. */
  readonly pid: number
  /** `AUDIT_ARCH_*`. */
  readonly arch: number
  readonly syscall: number
  /** The filter's return value: `0x7ffc0000` for `log`. */
  readonly code: number
}

/** Reads the serial of a record of any type: 456 in `audit(1700000000.123:456)`. Gaps are lost records. */
export function serialOf(line: string): number | undefined {
  const serial = /\baudit\(\d+\.\d+:(\d+)\)/.exec(line)?.[1]
  return serial === undefined ? undefined : Number(serial)
}

/**
 * Reads one line of audit.log (`type=SECCOMP msg=audit(…): …`) or of the kernel log
 * (`audit: type=1326 audit(…): …`). Returns undefined for any other line. kernel/auditsc.c writes the
 * fields: numbers in decimal, the architecture in hexadecimal.
 */
export function parseRecord(line: string): SeccompRecord | undefined {
  if (!/\btype=(SECCOMP|1326)\b/.test(line)) return undefined
  // Names that a program chooses are quoted or hexadecimal, so they can't look like a field.
  const pid = /\bpid=(\d{1,10})\b/.exec(line)?.[1]
  const arch = /\barch=([0-9a-f]{1,8})\b/.exec(line)?.[1]
  const syscall = /\bsyscall=(\d{1,10})\b/.exec(line)?.[1]
  const code = /\bcode=0x([0-9a-f]{1,8})\b/.exec(line)?.[1]
  if (!pid || !arch || !syscall || !code) return undefined
  return { pid: Number(pid), arch: hex(arch), syscall: Number(syscall), code: hex(code) }
}

function hex(digits: string): number {
  return Number.parseInt(digits, 16)
}
