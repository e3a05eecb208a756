/**
 * The names in `${credential:NAME}` of a configuration's text, as far as they can be names of files; `$${`
 * stands for the characters themselves.
 */
export function credentialNames(text: string): readonly string[] {
  const found = text.matchAll(/(?<!\$)\$\{credential:([^}:/]+)[}:]/g)
  const names = Array.from(found, ([, name = '']) => name).filter(name => !/^\.{1,2}$/.test(name))
  return [...new Set(names)].sort()
}
