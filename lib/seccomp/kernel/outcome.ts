/** How the seccomp stage ended. It never throws for what can be expected to fail. */
export type Outcome =
  | { readonly state: 'disabled' | 'not-linux' | 'no-kernel-support' | 'no-policy' }
  | Failure
  | Installed

export interface Failure {
  readonly state: 'failed'
  readonly code: FailureCode
  readonly reason: string
  /** What to do about it. */
  readonly hint: string
  /** The system calls concerned. */
  readonly names?: readonly string[]
}

export interface Installed {
  readonly state: 'installed'
  readonly mode: 'extend' | 'replace'
  readonly architecture: string
  readonly instructions: number
  /** Threads that were there when the filter was installed, every one of them under it. */
  readonly threads: number
  /** Of the program as the kernel has it, the process id of its rules on signals included. */
  readonly digest: string
  /** Whether denials are audited (SECCOMP_FILTER_FLAG_LOG). */
  readonly log: boolean
  /** Whether denials are seen from inside: wanted, and possible. */
  readonly diagnose: boolean
  /** Filters that were there before, from systemd, a container, or the start without io_uring. */
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
  | 'IO_URING_OPEN'

export interface OutcomeLine {
  readonly level: 'debug' | 'info' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The one log line of an outcome, in the words of the specification. */
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
