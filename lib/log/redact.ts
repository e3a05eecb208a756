/** Keys whose values are secrets, by how they end: `password`, `output.api_key`, `accessToken`. */
const SECRET_KEY = /(pass(word|phrase|wd)|api_?key|token|secret|authorization)$/i

/** Whether a line may have such a key, so that only few have to be read. */
const MAYBE_SECRET = /(pass(word|phrase|wd)|api_?key|token|secret|authorization)"\s*:/i

/** `https://user:secret@host`: what a URL may carry, in any text. */
const URL_SECRET = /(:\/\/[^\s:@/"\\]*):[^\s@/"\\]+@/g

const REDACTED = '[redacted]'

/**
 * A line of the log (JSON) with every secret in it replaced: values of secret keys at any depth, and
 * passwords in URLs. Working on the finished line, it sees what serializers and child loggers add.
 */
export function redact(line: string): string {
  const plain = MAYBE_SECRET.test(line) ? redactKeys(line) : line
  return plain.includes('@') ? plain.replace(URL_SECRET, `$1:${REDACTED}@`) : plain
}

function redactKeys(line: string): string {
  const hide = (key: string, value: unknown) => (SECRET_KEY.test(key) ? REDACTED : value)
  return `${JSON.stringify(JSON.parse(line, hide))}\n`
}
