/** Keys with these endings have secret values: `password`, `output.api_key`, `accessToken`. */
const SECRET_KEY = /(pass(word|phrase|wd)|api_?key|token|secret|authorization)$/i

/** Whether the value of a key of this name is not shown. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

/** Matches lines that may contain such a key, so that only few lines must be parsed. */
const MAYBE_SECRET = /(pass(word|phrase|wd)|api_?key|token|secret|authorization)"\s*:/i

/** A URL with a password, `https://user:secret@host`, in any text. */
const URL_SECRET = /(:\/\/[^\s:@/"\\]*):[^\s@/"\\]+@/g

const REDACTED = '[redacted]'

/**
 * Returns a function that replaces every secret in a line of the log (JSON): values of secret keys at any
 * depth, passwords in URLs, and `secrets` in any text. It works on the finished line, so it sees everything
 * that serializers and child loggers add.
 */
export function redactor(secrets: readonly string[]): (line: string) => string {
  const quoted = secrets.map(secret => JSON.stringify(secret).slice(1, -1))
  const mayHave = (line: string) => quoted.some(each => line.includes(each))
  return line => {
    const plain = MAYBE_SECRET.test(line) || mayHave(line) ? redactFields(line, secrets) : line
    return plain.includes('@') ? plain.replace(URL_SECRET, `$1:${REDACTED}@`) : plain
  }
}

function redactFields(line: string, secrets: readonly string[]): string {
  const without = (text: string) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text)
  const hide = (key: string, value: unknown) => {
    if (SECRET_KEY.test(key)) return REDACTED
    return typeof value === 'string' ? without(value) : value
  }
  return `${JSON.stringify(JSON.parse(line, hide))}\n`
}
