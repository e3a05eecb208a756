import { parseAllDocuments, visit } from 'yaml'
import { CREDENTIAL_NAME } from './credentials.ts'

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
  for (const document of parseAllDocuments(text)) {
    visit(document, {
      Scalar: (key, { value }) => {
        if (key !== 'key' && typeof value === 'string') values.push(value)
      },
    })
  }
  return values
}
