/** What a finding is about; findings are told in this order. */
export const TOPICS = ['policy', 'runtime', 'kernel', 'host', 'trial'] as const

/** What `seccomp check` has found out. */
export interface Finding {
  readonly topic: (typeof TOPICS)[number]
  /** An error will break the agent or has; a warning may, or leaves a way around the policy open. */
  readonly severity: Severity
  readonly message: string
}

export type Severity = 'ok' | 'info' | 'warning' | 'error'

/** Makes findings of one topic. */
export function about(topic: Finding['topic']) {
  return (severity: Severity, message: string): Finding => ({ topic, severity, message })
}
