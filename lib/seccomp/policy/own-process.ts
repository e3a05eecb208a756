import type { Policy, Rule } from './policy.ts'

/** Argument 0 of each is the target process: kill(2), tgkill(2). */
const SIGNALS = ['kill', 'tgkill'] as const

/**
 * Adds rules to a whitelist that let the process send signals to itself (abort, raise, profilers,
 * `process.kill(process.pid)`). A policy generated ahead of time can't contain them, since they need
 * the process id. A sealed process can't fork, so the id remains valid.
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
