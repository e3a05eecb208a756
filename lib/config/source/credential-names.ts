import { CREDENTIAL_NAME } from './credentials.ts'
import type { Position } from './position.ts'
import { mapScalars } from './tree.ts'
import { readYaml } from './yaml.ts'

/**
 * The names of the `${credential:NAME}` references in a configuration's values; `$${` is not a reference.
 * Invalid names, such as paths, are left out; they are reported when the configuration is read.
 */
export function credentialNames(text: string): readonly string[] {
  const names = valuesOf(text).flatMap(value =>
    Array.from(value.matchAll(/(?<!\$)\$\{credential:([^}:]+)/g), ([, name = '']) => name),
  )
  return [...new Set(names)].filter(name => CREDENTIAL_NAME.test(name)).sort()
}

/** The text values, without comments: a credential named in a comment isn't needed. */
function valuesOf(text: string): readonly string[] {
  const values: string[] = []
  if (!text.includes('${credential:')) return values
  const at: Position = { name: '', source: 0 }
  const tree = readYaml({ text, positionOf: () => at }, () => {})
  // Text that is no YAML: whatever is not behind a #.
  if (!tree) return [text.replace(/(^|\s)#.*$/gm, '')]
  mapScalars(tree, scalar => {
    if (typeof scalar.value === 'string') values.push(scalar.value)
    return scalar
  })
  return values
}
