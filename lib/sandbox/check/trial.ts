import { type Finding, findingIn } from '../../seccomp/check/finding.ts'
import type { LogLine } from '../../seccomp/check/trial.ts'

const finding = findingIn('trial')

/** How confining went in a trial run, from its log; what failed is logged as an error, and reported as such. */
export function confinedFindings(log: readonly LogLine[]): readonly Finding[] {
  const has = (begin: string) => log.some(({ message }) => String(message).startsWith(begin))
  return [
    ...(has('Landlock domain entered')
      ? [finding('ok', 'every thread entered the Landlock domain')]
      : []),
    ...(has('Capabilities dropped')
      ? [finding('ok', 'every thread dropped its capabilities')]
      : []),
  ]
}
