import type { Finding } from '../../../lib/seccomp/check/finding.ts'

/** `warning: …`, one for each finding. */
export function linesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, message }) => `${severity}: ${message}`)
}
