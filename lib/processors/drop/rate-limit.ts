import { createHash } from 'node:crypto'
import { defineFormat } from '../../config/schema/formats.ts'
import type { MutableEvent } from '../../processor.ts'
import { goText } from '../change/value-types.ts'
import { type Field, fieldOf, valueAt } from '../field.ts'
import { fieldNames } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { tokenBuckets } from './token-bucket.ts'

interface RateLimitSettings {
  readonly limit: string
  readonly fields: readonly string[]
  readonly algorithm: { readonly token_bucket: { readonly burst_multiplier: number } }
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }
/** A longer key is hashed: keys are kept, and events come from anywhere. */
const LONGEST_KEY = 128

const limit = defineFormat({
  expected: 'must be a number above 0 and s, m or h, such as 100/s or 10000/m',
  parse: written => (typeof written === 'string' && parseLimit(written) ? written : undefined),
})

const multiplier = defineFormat({
  expected: 'must be a number above 0',
  parse: written =>
    typeof written === 'number' && Number.isFinite(written) && written > 0 ? written : undefined,
})

/** Drops events above a rate, with the settings of Beats' processor of this name. */
export default defineTouching<RateLimitSettings>({
  name: 'rate_limit',
  schema: {
    limit: {
      doc: 'How many events pass in a second (s), a minute (m) or an hour (h).',
      format: limit,
      default: null,
    },
    fields: {
      doc: 'Events with the same values in these fields share a limit. None: all events do.',
      format: fieldNames,
      default: [],
    },
    algorithm: {
      token_bucket: {
        burst_multiplier: {
          doc: 'How many times the limit may pass at once after a quiet time.',
          format: multiplier,
          default: 1,
        },
      },
    },
  },
  touches: ({ fields }) => topKeysOf(...fields),
  open({ settings }) {
    const [count = 0, perMs = 1000] = parseLimit(settings.limit) ?? []
    // A bucket for less than one event would let none pass.
    const burst = Math.max(1, count * settings.algorithm.token_bucket.burst_multiplier)
    const rate = { limit: count, perMs, burst }
    const allows = tokenBuckets(rate, () => performance.now())
    const fields = [...settings.fields].sort().map(fieldOf)
    return { process: event => (allows(keyOf(event, fields)) ? event : undefined) }
  },
})

function parseLimit(written: string): readonly [count: number, perMs: number] | undefined {
  const [, count, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*\/\s*([smh])\s*$/.exec(written) ?? []
  const perMs = UNITS_MS[unit]
  return perMs === undefined || !(Number(count) > 0) ? undefined : [Number(count), perMs]
}

/** A missing field counts as empty text. */
function keyOf(event: MutableEvent, fields: readonly Field[]): string {
  let key = ''
  for (const field of fields) {
    key += `${JSON.stringify(goText(valueAt(event, field) ?? ''))},`
  }
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64')
}
