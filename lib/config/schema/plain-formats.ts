import { defineFormat, type Format } from './formats.ts'

// Convict's built-in formats without its coercions, which would accept "12 monkeys" as the number 12.

export const anything: Format<unknown> = Object.assign((): void => {}, {
  expected: 'must be anything',
  parse: (written: unknown) => written,
})

export const anyText: Format<string> = defineFormat({
  expected: 'must be text',
  json: { type: 'string' },
  parse: written => (typeof written === 'string' ? written : undefined),
  guess: written =>
    typeof written === 'number' || typeof written === 'boolean' ? ' (put it in quotes)' : '',
})

export const number: Format<number> = defineFormat({
  expected: 'must be a number',
  json: { type: 'number' },
  parse: written => (typeof written === 'number' && Number.isFinite(written) ? written : undefined),
})

export const flag: Format<boolean> = defineFormat({
  expected: 'must be true or false',
  json: { type: 'boolean' },
  parse: written => (typeof written === 'boolean' ? written : undefined),
})

export const anyList: Format<readonly unknown[]> = defineFormat({
  expected: 'must be a list, such as [a, b]',
  json: { type: 'array' },
  parse: written => (Array.isArray(written) ? written : undefined),
})

export const anyMap: Format<object> = defineFormat({
  expected: 'must be a map, written as key: value',
  json: { type: 'object' },
  parse: written =>
    typeof written === 'object' && written !== null && !Array.isArray(written)
      ? written
      : undefined,
})

export const pattern: Format<RegExp> = defineFormat({
  expected: 'must be a regular expression',
  json: { type: 'string' },
  parse: written => {
    try {
      return typeof written === 'string' ? new RegExp(written) : undefined
    } catch {
      return undefined
    }
  },
  isSettled: settled => settled instanceof RegExp,
})

export const pipe: Format<string | number> = defineFormat({
  expected: 'must be a port or a Windows named pipe',
  parse: written => {
    if (typeof written === 'string') return written.includes('\\\\.\\pipe\\') ? written : undefined
    return Number.isInteger(written) ? Number(written) : undefined
  },
})
