/** The subject of a finding, in the order in which those of one severity are printed. */
const TOPICS = ['policy', 'runtime', 'kernel', 'host', 'trial'] as const

/** One result of `sandbox check`. */
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

const RANKS: readonly Severity[] = ['error', 'warning', 'info', 'ok']

/** The worst first, and those of one severity by topic. */
export function ranked(findings: readonly Finding[]): readonly Finding[] {
  return RANKS.flatMap(severity =>
    TOPICS.flatMap(topic =>
      findings.filter(each => each.severity === severity && each.topic === topic),
    ),
  )
}
