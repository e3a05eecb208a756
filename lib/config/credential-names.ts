/** The names in `${credential:NAME}` of a configuration's text; `$${` stands for the characters themselves. */
export function credentialNames(text: string): readonly string[] {
  const found = text.matchAll(/(?<!\$)\$\{credential:([^}:]+)/g)
  return [...new Set(Array.from(found, ([, name = '']) => name))].sort()
}
