import { readCredential } from './credentials.ts'
import { MAX_CREDENTIALS, MAX_DEPTH, MAX_EXPANDED, TOO_DEEP } from './limits.ts'
import { REDACTED } from './secrets.ts'

/** The variables that `${VAR}` refers to; `CREDENTIALS_DIRECTORY` is the folder of the credentials. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reports a reference that is malformed, or whose variable or credential is missing. */
export type Complain = (message: string) => void

/** What the references of a document may still take. The first that takes too much ends the reading of all. */
export class Room {
  readonly #credentials = new Set<string>()
  #left = MAX_EXPANDED
  #isFull = false

  /** Returns the value. @throws Excess */
  take(value: string): string {
    this.#left -= value.length
    return this.#left >= 0
      ? value
      : this.#end(`have more than ${MAX_EXPANDED} characters of values`)
  }

  /** Whoever reads a credential asks before: each is a file. @throws Excess */
  takeCredential(name: string): void {
    this.#credentials.add(name)
    if (this.#isFull || this.#credentials.size > MAX_CREDENTIALS) {
      this.#end(`name more than ${MAX_CREDENTIALS} credentials`)
    }
  }

  #end(excess: string): never {
    const message = this.#isFull ? '' : `the references of the configuration ${excess}`
    this.#isFull = true
    throw new Excess(message)
  }
}

/** Characters of a name. */
const MOST_SHOWN = 60

const NAME = /[A-Za-z_][A-Za-z0-9_.]*/y
const CREDENTIAL_NAME = /[^:}]*/y

const FORM =
  `a reference must be written as \${VAR}, \${VAR:default} or \${VAR:?message}; ` +
  `write $\${ for a literal \${`
const CREDENTIAL_FORM =
  `a credential must be written as \${credential:NAME} or \${credential:NAME:?message}, ` +
  'and takes no default'

interface Expanded {
  readonly text: string
  /** Whether the text was a single reference with nothing around it. */
  readonly whole: boolean
  /** The values of the credentials in it. */
  readonly secrets: readonly string[]
  /** The names of the variables that have a value here, and of the credentials. */
  readonly references: readonly string[]
}

/** Where problems and credentials go. The default and the message of a reference collect their own. */
interface ExpansionOptions {
  readonly complain: Complain
  readonly secrets: string[]
  readonly inMessage: boolean
}

/** Expands the references in a text, reading it from left to right. */
export class Expansion {
  readonly #source: string
  readonly #env: Environment
  readonly #room: Room
  readonly #references: string[] = []
  #complain: Complain
  #secrets: string[] = []
  /** Inside the message of a reference, which must not show a credential. */
  #inMessage = false
  #at = 0
  /** References that are being read, each within the default or the message of the one before. */
  #depth = 0

  constructor(source: string, env: Environment, complain: Complain, room: Room) {
    this.#source = source
    this.#env = env
    this.#room = room
    this.#complain = complain
  }

  all(): Expanded {
    const parts: string[] = []
    const complain = this.#complain
    try {
      while (this.#at < this.#source.length) parts.push(this.#part())
    } catch (thrown) {
      if (!(thrown instanceof Excess)) throw thrown
      if (thrown.message !== '') complain(thrown.message)
      return { text: '', whole: false, secrets: this.#secrets, references: [] }
    }
    const whole = parts.length === 1 && this.#source.startsWith('${')
    return { text: parts.join(''), whole, secrets: this.#secrets, references: this.#references }
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
    const tail = this.#take(':?') ? 'message' : this.#take(':') ? 'default' : 'none'
    const rest = tail === 'none' ? unused : this.#rest(tail)
    if (!this.#take('}') || name === '') return this.#malformed(FORM)
    const value = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined
    if (value !== undefined && value !== '') {
      this.#references.push(name)
      return this.#room.take(value)
    }
    if (tail === 'default') return rest()
    const why =
      tail === 'message' ? rest() : `set it, or give a default: \${${shortened(name)}:default}`
    this.#complain(
      `the environment variable ${shortened(name)} is ${value === '' ? 'empty' : 'not set'}: ${why}`,
    )
    return ''
  }

  #credential(): string {
    const name = this.#match(CREDENTIAL_NAME)
    const message = this.#take(':?') ? this.#rest('message') : undefined
    if (!this.#take('}')) return this.#malformed(CREDENTIAL_FORM)
    this.#room.takeCredential(name)
    const credential = readCredential(name, this.#env)
    if ('problem' in credential) {
      this.#complain(`${credential.problem}: ${message?.() ?? credential.hint}`)
      return ''
    }
    if (this.#inMessage) return REDACTED
    this.#secrets.push(credential.value)
    this.#references.push(`credential:${name}`)
    return this.#room.take(credential.value)
  }

  /** Reads the part after the colon. Its problems and its credentials count only once its text is used. */
  #rest(as: 'message' | 'default'): () => string {
    const outside = {
      complain: this.#complain,
      secrets: this.#secrets,
      inMessage: this.#inMessage,
    }
    const held: string[] = []
    const secrets: string[] = []
    this.#enter({
      complain: message => held.push(message),
      secrets,
      inMessage: outside.inMessage || as === 'message',
    })
    const parts: string[] = []
    if (++this.#depth > MAX_DEPTH) throw new Excess(`references are ${TOO_DEEP}`)
    while (this.#at < this.#source.length && this.#source[this.#at] !== '}')
      parts.push(this.#part())
    this.#depth--
    this.#enter(outside)
    return () => {
      held.forEach(outside.complain)
      outside.secrets.push(...secrets)
      return parts.join('')
    }
  }

  #enter({ complain, secrets, inMessage }: ExpansionOptions): void {
    this.#complain = complain
    this.#secrets = secrets
    this.#inMessage = inMessage
  }

  #malformed(form: string): string {
    this.#complain(form)
    this.#at = this.#source.length
    return ''
  }

  /** Consumes the text that a sticky pattern matches here. */
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

/** A name for a message: it may be as long as the file. */
function shortened(name: string): string {
  return name.length > MOST_SHOWN ? `${name.slice(0, MOST_SHOWN)}…` : name
}

/** Ends the reading of a text. */
class Excess extends Error {}

const unused = (): string => ''
