import { MULTIPLEXERS } from '../architectures/multiplexers.ts'
import type { Program } from '../compiler/program.ts'
import { simulate } from '../compiler/simulate.ts'
import type { EffectivePolicy } from '../policy/merge.ts'
import type { Action, Verdict } from '../policy/policy.ts'
import { ENOSYS } from '../policy/wording.ts'

/** The kernel lets a call through for this value and above: SECCOMP_RET_TRACE of linux/seccomp.h. */
const TRACE = 0x7ff00000

/**
 * The multiplexers that libseccomp would open further than the policy does, each with the verdict that
 * closes it. Where a rule allows a call, libseccomp also allows the multiplexer for that call, whatever
 * the call's own arguments. Only a rule for the multiplexer itself prevents this; it must have no
 * argument tests, and a verdict other than the default.
 */
export function leakingMultiplexers(
  policy: EffectivePolicy,
  program: Program,
): ReadonlyMap<string, Verdict> {
  const { architecture, decisions, defaultAction } = policy
  const { audit, endian, table } = architecture
  const passes = (name: string, args: readonly bigint[]) => {
    const number = table.numbers[name]
    return number !== undefined && simulate(program, { audit, number, args }, endian).value >= TRACE
  }
  const mayPass = new Set(
    decisions
      .filter(({ rules, otherwise }) =>
        [...rules.map(({ verdict }) => verdict), otherwise].some(isLoose),
      )
      .map(({ name }) => name),
  )
  const open = Object.entries(MULTIPLEXERS).filter(([name, calls]) => {
    const leaks = (call: string, at: number) => mayPass.has(call) && !passes(name, [BigInt(at)])
    return Object.hasOwn(table.numbers, name) && calls.some(leaks)
  })
  return new Map(open.map(([name]) => [name, otherDenial(defaultAction)]))
}

/** A denial that differs from the default, as libseccomp rejects a rule with the default's action. */
function otherDenial(defaultAction: Action): Verdict {
  if (defaultAction === 'errno') return ENOSYS
  return { action: defaultAction === 'kill_process' ? 'kill_thread' : 'kill_process' }
}

function isLoose({ action }: Verdict): boolean {
  return action === 'allow' || action === 'log' || action === 'trace'
}
