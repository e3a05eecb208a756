/** Keys whose values are secrets, by how they end: `password`, `output.api_key`, `accessToken`. */
const SECRET_KEY = /(pass(word|phrase|wd)|api_?key|token|secret|authorization)$/i

/** Whether a line may have such a key, so that only few have to be read. */
const MAYBE_SECRET = /(pass(word|phrase|wd)|api_?key|token|secret|authorization)"\s*:/i

/** `https://user:secret@host`: what a URL may carry, in any text. */
const URL_SECRET = /(:\/\/[^\s:@/"\\]*):[^\s@/"\\]+@/g

const REDACTED = '[redacted]'

/**
 * Makes of a line of the log (JSON) one with every secret in it replaced: values of secret keys at any
 * depth, passwords in URLs, and `secrets` in any text. Working on the finished line, it sees what
 * serializers and child loggers add.
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
