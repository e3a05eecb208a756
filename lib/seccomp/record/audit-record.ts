/** A record of the kernel's that a filter had a call logged (audit type 1326, AUDIT_SECCOMP). */
export interface SeccompRecord {
  /** Of the process, not of the thread. */
  readonly pid: number
  /** `AUDIT_ARCH_*`. */
  readonly arch: number
  readonly syscall: number
  /** What the filter returned: `0x7ffc0000` for `log`. */
  readonly code: number
}

/** `audit(1700000000.123:456)`: the serial of any record, of whatever type; gaps are lost records. */
export function serialOf(line: string): number | undefined {
  const serial = /\baudit\(\d+\.\d+:(\d+)\)/.exec(line)?.[1]
  return serial === undefined ? undefined : Number(serial)
}

/**
 * Reads one line of audit.log (`type=SECCOMP msg=audit(…): …`) or of the kernel's own log
 * (`audit: type=1326 audit(…): …`); undefined for any other. The fields are those that
 * kernel/auditsc.c writes: numbers in decimal, the architecture in hexadecimal.
 */
export function parseRecord(line: string): SeccompRecord | undefined {
  if (!/\btype=(SECCOMP|1326)\b/.test(line)) return undefined
  // What a program calls itself is quoted, or hexadecimal: it can't look like a field.
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
