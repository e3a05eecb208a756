import { defineFormat, type Format, listOf } from '../../config/schema/formats.ts'

const nameOrPattern = defineFormat({
  expected: 'must be the name of a field, such as message or a.b',
  parse: written =>
    typeof written === 'string' && written !== '' && !isPattern(written) ? written : undefined,
  guess: written =>
    isPattern(written) ? ' (regular expressions between slashes are not supported yet)' : '',
})

/** Names of fields. Beats reads those between slashes as regular expressions. */
export const nameList: Format<readonly string[]> = listOf(nameOrPattern)

function isPattern(written: unknown): boolean {
  return typeof written === 'string' && /^\/.+\/$/s.test(written)
}
