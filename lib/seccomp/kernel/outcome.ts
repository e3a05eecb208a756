/** The result of the seccomp stage. Expected failures are results, never exceptions. */
export type Outcome =
  | { readonly state: 'disabled' | 'not-linux' | 'no-kernel-support' | 'no-policy' }
  | Failure
  | Installed

export interface Failure {
  readonly state: 'failed'
  readonly code: FailureCode
  readonly reason: string
  /** What the user can do about it. */
  readonly hint: string
  /** The system calls concerned. */
  readonly names?: readonly string[]
}

export interface Installed {
  readonly state: 'installed'
  readonly mode: 'extend' | 'replace'
  readonly architecture: string
  readonly instructions: number
  /** The number of threads at the time of installation, all of them under the filter. */
  readonly threads: number
  /** The digest of the program as the kernel has it, including the process id in its signal rules. */
  readonly digest: string
  /** Whether denials are audited (SECCOMP_FILTER_FLAG_LOG). */
  readonly log: boolean
  /** Whether denials are detected from inside: requested and possible. */
  readonly diagnose: boolean
  /** The number of inherited filters: from systemd, a container or the restart without io_uring. */
  readonly inherited: number
}

/** `error.code` of the log line, as a closed union. */
export type FailureCode =
  | 'UNKNOWN_SYSCALL'
  | 'ACTION_UNAVAILABLE'
  | 'PROGRAM_TOO_LARGE'
  | 'ADDON_UNAVAILABLE'
  | 'KERNEL_REFUSED'
  | 'THREAD_NOT_SYNCHRONISED'
  | 'NOT_SEALED'
  | 'PRETENDED'
  | 'IO_URING_OPEN'

interface OutcomeLine {
  readonly level: 'debug' | 'info' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The single log line for an outcome, in the words of the specification. */
export function outcomeLine(outcome: Outcome): OutcomeLine {
  switch (outcome.state) {
    case 'disabled':
      return line('info', 'Syscall filter is disabled by configuration')
    case 'not-linux':
      return line('debug', 'Syscall filtering is only supported on Linux')
    case 'no-kernel-support':
      return line(
        'info',
        'Syscall filter could not be installed because the kernel does not support seccomp',
      )
    case 'no-policy':
      return line('debug', 'No seccomp policy is defined')
    case 'failed':
      return line('error', 'Syscall filter could not be installed', failureFields(outcome))
    case 'installed': {
      const { state, ...seccomp } = outcome
      return line('info', 'Syscall filter successfully installed', { seccomp })
    }
  }
}

function failureFields({ code, reason, hint, names }: Failure): OutcomeLine['fields'] {
  return { error: { code, message: reason }, hint, ...(names ? { names } : {}) }
}

function line(
  level: OutcomeLine['level'],
  message: string,
  fields: OutcomeLine['fields'] = {},
): OutcomeLine {
  return { level, message, fields }
}
