/** `EPERM` of what Node's own functions throw; anything else as text. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
}
