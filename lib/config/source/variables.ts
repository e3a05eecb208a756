import { type Complain, type Environment, Expansion } from './expansion.ts'
import type { ScalarTree } from './tree.ts'

/**
 * Resolves `${VAR}`, `${VAR:default}` and `${VAR:?message}` in a scalar; `$${` stands for `${`. A
 * variable that is empty counts as not set, as in Beats. It happens after YAML is parsed, and a scalar
 * stays one: whatever the environment holds, it can't add settings. Where the reference is the whole
 * of an unquoted scalar, a number or a boolean becomes one.
 *
 * `${credential:NAME}` and `${credential:NAME:?message}` bring a credential of systemd's. It has no
 * default, since that would be a secret in the file, and what it is in stays text and is not shown.
 */
export function expandScalar(scalar: ScalarTree, env: Environment, complain: Complain): ScalarTree {
  const { value, plain } = scalar
  if (typeof value !== 'string' || !value.includes('${')) return scalar
  const { text, whole, secrets } = new Expansion(value, env, complain).all()
  if (secrets.length > 0) return { ...scalar, value: text, secrets }
  return { ...scalar, value: plain && whole ? retype(text) : text }
}

const NUMBER = /^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/

/** The scalar that YAML would make of a text, if it is a boolean or a number that keeps its digits. */
function retype(text: string): string | number | boolean {
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  if (!NUMBER.test(text)) return text
  const value = Number(text)
  return Number.isSafeInteger(value) || (Number.isFinite(value) && /[.eE]/.test(text))
    ? value
    : text
}
