import { isDeepStrictEqual } from 'node:util'
import type { MutableEvent } from '../../lib/processor.ts'

const KEPT = ['@timestamp', '@metadata']

/**
 * Whether a processor has set, or has been led by, what it says that it does not touch; undefined if it has not.
 *
 * @param pass the processor, which answers the same to the same
 */
export function untrueTouches(
  pass: (event: MutableEvent) => MutableEvent | undefined,
  touches: ReadonlySet<string>,
  event: MutableEvent,
): string | undefined {
  const isTouched = (key: string) => touches.has(key) || KEPT.includes(key)
  const part = (of: MutableEvent, wanted: boolean) =>
    Object.fromEntries(Object.entries(of).filter(([key]) => isTouched(key) === wanted))
  const [whole, less] = [outcomeOf(pass, event), outcomeOf(pass, part(event, true))]
  if (whole === undefined || less === undefined) {
    return whole === less ? undefined : 'it is led by other fields'
  }
  if (!isDeepStrictEqual(part(whole, false), part(event, false))) return 'it sets other fields'
  return isDeepStrictEqual(part(whole, true), less) ? undefined : 'it is led by other fields'
}

/** As data. */
function outcomeOf(
  pass: (event: MutableEvent) => MutableEvent | undefined,
  event: MutableEvent,
): MutableEvent | undefined {
  const passed = pass(JSON.parse(JSON.stringify(event)))
  return passed && JSON.parse(JSON.stringify(passed))
}
