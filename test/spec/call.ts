import { getSystemErrorName } from 'node:util'
import type { CallResult } from '../probe.ts'

type Make = (number: number, ...args: readonly number[]) => CallResult | undefined

/** Makes calls that are written `name` or `number`, then the arguments: `socket 17 3 0`. */
export function makerOf(
  table: Readonly<Record<string, number>>,
  make: Make,
): (call: string) => CallResult | undefined {
  return call => {
    const [name = '', ...args] = call.split(' ')
    return make(table[name] ?? Number(name), ...args.map(Number))
  }
}

/** The name of the error, or what the call returned; that it did not return is an answer as well. */
export function answerOf(result: CallResult | undefined): number | string {
  if (!result) return 'did not return'
  return result.errno === 0 ? result.value : getSystemErrorName(-result.errno)
}
