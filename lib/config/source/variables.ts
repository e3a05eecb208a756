import { type Complain, type Environment, Expansion, Room } from './expansion.ts'
import type { ScalarTree } from './tree.ts'

/**
 * Resolves `${VAR}`, `${VAR:default}` and `${VAR:?message}` in a scalar; `$${` is a literal `${`. An empty
 * variable counts as not set, as in Beats. This happens after YAML is parsed, and the result is always a
 * scalar, so the environment can't add settings. If the reference is a whole unquoted scalar, its value may
 * become a number or a boolean, which a setting that takes text gets as it was: `1.10` and `2e3` stay text.
 *
 * `${credential:NAME}` and `${credential:NAME:?message}` insert a systemd credential. It takes no default,
 * because that would be a secret in the file. A scalar with a credential stays text and is not shown.
 */
export function expandScalar(
  scalar: ScalarTree,
  env: Environment,
  complain: Complain,
  room = new Room(),
): ScalarTree {
  const { value, plain } = scalar
  if (typeof value !== 'string' || !value.includes('${')) return scalar
  const { text, whole, secrets, references } = new Expansion(value, env, complain, room).all()
  if (secrets.length > 0) return { ...scalar, value: text, secrets, references }
  const retyped = plain && whole ? retype(text) : text
  return { ...scalar, value: retyped, references, ...(retyped !== text && { text }) }
}

const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/

/** The text as YAML would read it, if that is a boolean, or a number that is written in these digits alone. */
function retype(text: string): string | number | boolean {
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  if (!NUMBER.test(text)) return text
  const value = Number(text)
  return String(value) === text ? value : text
}
