/** The subject of a finding. `seccomp check` prints findings in this order. */
export const TOPICS = ['policy', 'runtime', 'kernel', 'host', 'trial'] as const

/** One result of `seccomp check`. */
export interface Finding {
  readonly topic: (typeof TOPICS)[number]
  /** An error breaks the agent; a warning may break it, or leaves a way around the policy. */
  readonly severity: Severity
  readonly message: string
}

type Severity = 'ok' | 'info' | 'warning' | 'error'

/** Returns a function that creates findings of one topic. */
export function findingIn(topic: Finding['topic']) {
  return (severity: Severity, message: string): Finding => ({ topic, severity, message })
}
