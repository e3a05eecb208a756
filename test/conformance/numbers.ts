import { wrongOf } from './actions.ts'
import { runChild } from './child.ts'
import type { Finding } from './finding.ts'

/** Checks that kernel and simulator agree on every number, so that no call outside the policy succeeds. */
export function* numbers(): Iterable<Finding> {
  const { end, answer, stderr } = runChild('numbers', 'unfiltered')
  if (end !== 0) {
    yield { name: 'allowed calls, unfiltered', problem: `ended with ${end} at ${lastLine(stderr)}` }
    return
  }
  for (const mode of ['default', 'patchwork']) {
    const child = runChild('numbers', mode, JSON.stringify(answer))
    yield wrongOf(`${mode} policy: every number`, { ...child, stderr: lastLine(child.stderr) })
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}
