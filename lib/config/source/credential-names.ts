import { parseAllDocuments, visit } from 'yaml'
import { CREDENTIAL_NAME } from './credentials.ts'

/**
 * The names in `${credential:NAME}` of a configuration's values; `$${` stands for the characters themselves.
 * What can't be one, such as a path, is told when the configuration is read.
 */
export function credentialNames(text: string): readonly string[] {
  const names = valuesOf(text).flatMap(value =>
    Array.from(value.matchAll(/(?<!\$)\$\{credential:([^}:]+)/g), ([, name = '']) => name),
  )
  return [...new Set(names)].filter(name => CREDENTIAL_NAME.test(name)).sort()
}

/** Not what is in comments: nobody has to have that. */
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
