import { wrongOf } from './actions.ts'
import { runChild } from './child.ts'
import type { Finding } from './finding.ts'

/** Checks that kernel, simulator and a plain reading of the policy agree on conditions on arguments. */
export function* rules(): Iterable<Finding> {
  for (const kind of ['words', 'ints']) {
    yield wrongOf(`rules on ${kind} at boundary values`, runChild('arguments', kind))
  }
}
