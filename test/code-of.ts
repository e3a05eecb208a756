/** The code of an error from Node's own functions, such as `EPERM`; anything else as text. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
}
