import type { ScalarTree } from './tree.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Tells of a variable that is missing or wrongly written. */
type Complain = (message: string) => void

/**
 * Resolves `${VAR}`, `${VAR:default}` and `${VAR:?message}` in a scalar; `$${` stands for `${`. A
 * variable that is empty counts as not set, as in Beats. It happens after YAML is parsed, and a scalar
 * stays one: whatever the environment holds, it can't add settings. Where the reference is the whole
 * of an unquoted scalar, a number or a boolean becomes one.
 */
export function expandScalar(scalar: ScalarTree, env: Environment, complain: Complain): ScalarTree {
  const { value, plain } = scalar
  if (typeof value !== 'string' || !value.includes('${')) return scalar
  const { text, whole } = new Expansion(value, env, complain).all()
  return { ...scalar, value: plain && whole ? retype(text) : text }
}

const NAME = /[A-Za-z_][A-Za-z0-9_.]*/y

class Expansion {
  readonly #source: string
  readonly #env: Environment
  #complain: Complain
  #at = 0

  constructor(source: string, env: Environment, complain: Complain) {
    this.#source = source
    this.#env = env
    this.#complain = complain
  }

  /** `whole`: one reference and nothing around it. */
  all(): { readonly text: string; readonly whole: boolean } {
    const parts: string[] = []
    while (this.#at < this.#source.length) parts.push(this.#part())
    return { text: parts.join(''), whole: parts.length === 1 && this.#source.startsWith('${') }
  }

  #part(): string {
    if (this.#take('$${')) return '${'
    if (this.#take('${')) return this.#reference()
    this.#at += 1
    return this.#source[this.#at - 1] ?? ''
  }

  #reference(): string {
    NAME.lastIndex = this.#at
    const name = NAME.exec(this.#source)?.[0] ?? ''
    this.#at += name.length
    const says = this.#take(':?') ? 'message' : this.#take(':') ? 'default' : 'nothing'
    const rest = says === 'nothing' ? unused : this.#rest()
    if (!this.#take('}') || name === '') return this.#malformed()
    const value = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined
    if (value !== undefined && value !== '') return value
    if (says === 'default') return rest()
    const why = says === 'message' ? rest() : `set it, or give a default: \${${name}:default}`
    this.#complain(
      `the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}: ${why}`,
    )
    return ''
  }

  /** What follows the colon. A variable missing in there matters only once somebody asks for it. */
  #rest(): () => string {
    const complain = this.#complain
    const held: string[] = []
    this.#complain = message => held.push(message)
    const parts: string[] = []
    while (this.#at < this.#source.length && this.#source[this.#at] !== '}')
      parts.push(this.#part())
    this.#complain = complain
    return () => {
      held.forEach(complain)
      return parts.join('')
    }
  }

  #malformed(): string {
    this.#complain(
      `a reference must read \${VAR}, \${VAR:default} or \${VAR:?message}; for the characters \${ write $\${`,
    )
    this.#at = this.#source.length
    return ''
  }

  #take(word: string): boolean {
    if (!this.#source.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }
}

const unused = (): string => ''

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
