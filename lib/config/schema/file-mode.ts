import { defineFormat, type Format } from './formats.ts'

/**
 * Permission bits of a file, such as 0o600, written as `0600` or `0o600`. A number without the leading zero
 * is refused, because it is unclear whether `600` is meant to be octal.
 */
export const fileMode: Format<number> = defineFormat({
  expected: 'must be a file mode such as 0600',
  parse: written => {
    const digits = typeof written === 'string' ? /^0o?([0-7]{3})$/.exec(written)?.[1] : undefined
    return digits === undefined ? undefined : Number.parseInt(digits, 8)
  },
  // YAML elsewhere takes the digits for a number.
  json: { anyOf: [{ type: 'string', pattern: '^0o?[0-7]{3}$' }, { type: 'integer' }] },
  isSettled: value => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0o777,
})
