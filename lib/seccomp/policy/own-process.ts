import type { Policy, Rule } from './policy.ts'

/** Whom a signal is for is argument 0 of each: kill(2), tgkill(2). */
const SIGNALS = ['kill', 'tgkill'] as const

/**
 * A whitelist with the right of the process to send signals to itself (abort, raise, profilers,
 * `process.kill(process.pid)`), which no policy made ahead can word: it takes the process's number.
 * A sealed process can't fork, so that the number stays its own.
 */
export function withOwnProcess(policy: Policy, pid: number): Policy {
  const rules = SIGNALS.map((name): Rule => {
    return {
      name,
      conditions: [{ argument: 0, operation: 'Equal', value: BigInt(pid) }],
      verdict: { action: 'allow' },
      origin: 'default: signals to itself',
    }
  })
  return { ...policy, rules: [...policy.rules, ...rules] }
}
