// How confining the threads went: a closed union for each part, as each stands alone, and its one log line.

/** No thread has been changed, or the main thread alone. */
export interface Failed {
  readonly state: 'failed'
  readonly code: FailureCode
  readonly reason: string
  /** What the user can do about it. */
  readonly hint: string
}

/** Some threads stay as they were: code on them reaches as far as before. */
export interface Partial {
  readonly state: 'partial'
  readonly reason: string
  readonly tids: readonly number[]
}

export type LandlockOutcome =
  | { readonly state: 'disabled' | 'not-linux' }
  | { readonly state: 'unavailable'; readonly reason: string }
  /** Somebody has declared `proc: 'inside'`, which no domain allows. */
  | { readonly state: 'given-up'; readonly who: readonly string[] }
  | Partial
  | Failed
  | Entered

interface Entered {
  /** `unproven`: an outer domain, or a /proc that is read-only, takes away what would prove it. */
  readonly state: 'entered' | 'unproven'
  readonly abi: number
  /** All of them are inside, by what the kernel has answered. */
  readonly threads: number
  /** What a newer kernel could refuse, in words. */
  readonly lacking: readonly string[]
}

export type CapabilitiesOutcome =
  | { readonly state: 'kept' | 'not-linux' }
  | Partial
  | Failed
  | Dropped

interface Dropped {
  readonly state: 'dropped'
  readonly threads: number
  /** Those that were declared for as long as the agent lives, and were there. */
  readonly kept: readonly string[]
}

export type FailureCode =
  | 'ADDON_UNAVAILABLE'
  | 'KERNEL_REFUSED'
  | 'NOT_PROVEN'
  | 'PRETENDED'
  | 'NO_SWEEP'

export const HINTS: { readonly [C in FailureCode]: string } = {
  ADDON_UNAVAILABLE:
    'from version 12 on, npm only builds it if allowScripts in package.json lists it',
  KERNEL_REFUSED: 'a container may forbid the call; its profile must let it through',
  NOT_PROVEN: 'mount /proc for the agent: without it no thread can prove that it is inside',
  PRETENDED:
    'an outer filter, such as a container’s, answers the call itself: it must let the call through',
  NO_SWEEP:
    'only glibc has a signal that reaches every thread: run the agent on a system with glibc',
}

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export function landlockLine(outcome: LandlockOutcome): Line {
  switch (outcome.state) {
    case 'disabled':
      return line('info', 'Landlock is disabled by configuration')
    case 'not-linux':
      return line('debug', 'Landlock exists on Linux only')
    case 'unavailable':
      return line('warn', 'Landlock is not available', { reason: outcome.reason })
    case 'given-up':
      return line('warn', `Landlock is off: ${outcome.who.join(', ')} looks inside other processes`)
    case 'partial':
      return line('error', 'Landlock domain was not entered by every thread', problemOf(outcome))
    case 'failed':
      return line('error', 'Landlock domain could not be entered', problemOf(outcome))
    case 'unproven': {
      const { state, ...landlock } = outcome
      const hint = 'an outer domain, or a read-only /proc, refuses what would prove it'
      return line('warn', 'Landlock domain entered, but nothing can prove it', { landlock, hint })
    }
    case 'entered': {
      const { state, ...landlock } = outcome
      const less = landlock.lacking.length > 0
      const limits = less ? `; this kernel can't refuse ${landlock.lacking.join(', ')}` : ''
      return line('info', `Landlock domain entered${limits}`, { landlock })
    }
  }
}

export function capabilitiesLine(outcome: CapabilitiesOutcome): Line {
  switch (outcome.state) {
    case 'kept':
      return line('info', 'Capabilities are kept by configuration')
    case 'not-linux':
      return line('debug', 'Capabilities exist on Linux only')
    case 'partial':
      return line('error', 'Capabilities were not dropped by every thread', problemOf(outcome))
    case 'failed':
      return line('error', 'Capabilities could not be dropped', problemOf(outcome))
    case 'dropped': {
      const { state, ...capabilities } = outcome
      return line('info', 'Capabilities dropped', { capabilities })
    }
  }
}

function problemOf(outcome: Partial | Failed): Line['fields'] {
  if (outcome.state === 'partial') {
    return { error: { code: 'PARTIAL', message: outcome.reason }, threads: outcome.tids }
  }
  const { code, reason, hint } = outcome
  return { error: { code, message: reason }, hint }
}

function line(level: Line['level'], message: string, fields: Line['fields'] = {}): Line {
  return { level, message, fields }
}
