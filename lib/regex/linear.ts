// V8 has a second engine for regular expressions, which is slower than its own but linear in the text. With
// these flags its own engine hands over to that one after so many steps back. It takes no `i`, `u`, `v`,
// lookaround, backreferences or large counts: a regular expression with one of them would go on as ever. So
// each is first compiled for the second engine alone, by the flag `l`, which refuses what it can't run.

import { setFlagsFromString } from 'node:v8'

const STEPS_BACK = 10_000

/** The regular expression, in V8, with the flag `g`, but only where V8 is sure to take a linear time; otherwise undefined. */
export function linearRegExp(source: string): RegExp | undefined {
  if (!isLinear(source)) return undefined
  // They also decide about regular expressions that are compiled later by others, which only gain by them.
  setFlagsFromString(`--regexp-backtracks-before-fallback=${STEPS_BACK}`)
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  // V8 remembers what it has compiled by source: this source is nobody else's.
  const regExp = new RegExp(`(?:${source})`, 'g')
  // It is compiled at its first use.
  regExp.test('')
  return regExp
}

/** The flag `l` is only known meanwhile: an unknown flag of V8's own is ignored, and this one then throws. */
function isLinear(source: string): boolean {
  setFlagsFromString('--enable-experimental-regexp-engine')
  try {
    return new RegExp(source, 'l').test('') !== undefined
  } catch {
    return false
  } finally {
    setFlagsFromString('--no-enable-experimental-regexp-engine')
  }
}
