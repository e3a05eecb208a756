import { readCredential } from './credentials.ts'
import { REDACTED } from './secrets.ts'

/** What `${VAR}` refers to; also where credentials are, in `CREDENTIALS_DIRECTORY`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Tells of a variable that is missing or wrongly written. */
export type Complain = (message: string) => void

const NAME = /[A-Za-z_][A-Za-z0-9_.]*/y
const CREDENTIAL_NAME = /[^:}]*/y

const FORM = `a reference must read \${VAR}, \${VAR:default} or \${VAR:?message}; for the characters \${ write $\${`
const CREDENTIAL_FORM = `a credential must read \${credential:NAME} or \${credential:NAME:?message}, and has no default`

interface Expanded {
  readonly text: string
  /** One reference and nothing around it. */
  readonly whole: boolean
  /** The credentials in it. */
  readonly secrets: readonly string[]
}

/** What a reference tells, and where to: its default and its message have their own. */
interface ExpansionOptions {
  readonly complain: Complain
  readonly secrets: string[]
  readonly spoken: boolean
}

/** Reads a text with references in it from left to right. */
export class Expansion {
  readonly #source: string
  readonly #env: Environment
  #complain: Complain
  #secrets: string[] = []
  /** What is being read is the message of a reference, which may not show a credential. */
  #spoken = false
  #at = 0

  constructor(source: string, env: Environment, complain: Complain) {
    this.#source = source
    this.#env = env
    this.#complain = complain
  }

  all(): Expanded {
    const parts: string[] = []
    while (this.#at < this.#source.length) parts.push(this.#part())
    const whole = parts.length === 1 && this.#source.startsWith('${')
    return { text: parts.join(''), whole, secrets: this.#secrets }
  }

  #part(): string {
    if (this.#take('$${')) return '${'
    if (this.#take('${credential:')) return this.#credential()
    if (this.#take('${')) return this.#reference()
    this.#at += 1
    return this.#source[this.#at - 1] ?? ''
  }

  #reference(): string {
    const name = this.#match(NAME)
    const says = this.#take(':?') ? 'message' : this.#take(':') ? 'default' : 'nothing'
    const rest = says === 'nothing' ? unused : this.#rest(says)
    if (!this.#take('}') || name === '') return this.#malformed(FORM)
    const value = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined
    if (value !== undefined && value !== '') return value
    if (says === 'default') return rest()
    const why = says === 'message' ? rest() : `set it, or give a default: \${${name}:default}`
    this.#complain(
      `the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}: ${why}`,
    )
    return ''
  }

  #credential(): string {
    const name = this.#match(CREDENTIAL_NAME)
    const message = this.#take(':?') ? this.#rest('message') : undefined
    if (!this.#take('}')) return this.#malformed(CREDENTIAL_FORM)
    const credential = readCredential(name, this.#env)
    if ('problem' in credential) {
      this.#complain(`${credential.problem}: ${message?.() ?? credential.hint}`)
      return ''
    }
    if (this.#spoken) return REDACTED
    this.#secrets.push(credential.value)
    return credential.value
  }

  /** What follows the colon. What is missing, or secret, in there matters only once somebody asks for it. */
  #rest(as: 'message' | 'default'): () => string {
    const outside = { complain: this.#complain, secrets: this.#secrets, spoken: this.#spoken }
    const held: string[] = []
    const secrets: string[] = []
    this.#enter({
      complain: message => held.push(message),
      secrets,
      spoken: outside.spoken || as === 'message',
    })
    const parts: string[] = []
    while (this.#at < this.#source.length && this.#source[this.#at] !== '}')
      parts.push(this.#part())
    this.#enter(outside)
    return () => {
      held.forEach(outside.complain)
      outside.secrets.push(...secrets)
      return parts.join('')
    }
  }

  #enter({ complain, secrets, spoken }: ExpansionOptions): void {
    this.#complain = complain
    this.#secrets = secrets
    this.#spoken = spoken
  }

  #malformed(form: string): string {
    this.#complain(form)
    this.#at = this.#source.length
    return ''
  }

  /** What a sticky pattern takes from here on. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #take(word: string): boolean {
    if (!this.#source.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }
}

const unused = (): string => ''
