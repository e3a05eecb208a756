import { createHash } from 'node:crypto'
import { oneOf } from '../../config/schema/formats.ts'
import type { MutableEvent } from '../../processor.ts'
import { type Field, fieldOf, isMap, put, valueAt } from '../field.ts'
import { fieldNames, targetName } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { ignoreMissing } from './pairs.ts'
import { goText } from './value-types.ts'
import { xxHash64 } from './xxhash64.ts'

const METHODS = ['sha256', 'sha1', 'sha384', 'sha512', 'md5', 'xxhash'] as const
const ENCODINGS = ['hex', 'base32', 'base64'] as const

interface FingerprintSettings {
  readonly fields: readonly string[]
  readonly ignore_missing: boolean
  readonly target_field: string
  readonly method: (typeof METHODS)[number]
  readonly encoding: (typeof ENCODINGS)[number]
}

/** Adds a hash of fields, with the settings and the values of Beats' processor of this name. */
export default defineTouching<FingerprintSettings>({
  name: 'fingerprint',
  schema: {
    fields: {
      doc: 'The fields that the hash is made of, in any order. Each must be text, a number, true, false or null.',
      format: fieldNames,
      default: null,
    },
    ignore_missing: ignoreMissing,
    target_field: {
      doc: 'The field for the hash. It is replaced if the event has it.',
      format: targetName,
      default: 'fingerprint',
    },
    method: { doc: 'How the hash is made.', format: oneOf(METHODS), default: 'sha256' },
    encoding: { doc: 'How the hash is written.', format: oneOf(ENCODINGS), default: 'hex' },
  },
  touches: ({ fields, target_field }) => topKeysOf(target_field, ...fields),
  check: ({ fields }) =>
    fields.length > 0 ? [] : [{ path: ['fields'], message: 'must name a field at least' }],
  open({ settings }) {
    const { method, encoding, ignore_missing } = settings
    const names = [...new Set(settings.fields)].sort(byBytes)
    const fields = names.map(fieldOf)
    const target = fieldOf(settings.target_field)
    return {
      process(event) {
        const source = sourceOf(event, fields, ignore_missing)
        put(event, target, encoded(hashOf(method, source), encoding))
        return event
      },
    }
  },
})

/** `|a|1|b|text|`: what Beats hashes. */
function sourceOf(event: MutableEvent, fields: readonly Field[], ignoreMissing: boolean): string {
  let source = ''
  for (const field of fields) {
    const value = valueAt(event, field)
    if (value === undefined) {
      if (ignoreMissing) continue
      throw new Error(`the field ${field.name} is missing`)
    }
    if (Array.isArray(value) || isMap(value)) {
      throw new TypeError(`the field ${field.name} is no single value`)
    }
    source += `|${field.name}|${field.name === '@timestamp' ? goTime(value) : goText(value)}`
  }
  return `${source}|`
}

/** `2026-01-31 13:45:00.5 +0000 UTC`: the time of an event, as Go writes it. */
function goTime(value: unknown): string {
  const match = /^(.*)T([\d:]+)(?:\.(\d*?)0*)?Z$/.exec(String(value))
  if (match === null) return goText(value)
  const [, day, time, fraction = ''] = match
  return `${day} ${time}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`
}

function hashOf(method: FingerprintSettings['method'], source: string): Buffer {
  return method === 'xxhash'
    ? xxHash64(Buffer.from(source))
    : createHash(method).update(source).digest()
}

function encoded(hash: Buffer, encoding: FingerprintSettings['encoding']): string {
  return encoding === 'base32' ? base32(hash) : hash.toString(encoding)
}

/** RFC 4648, with padding. */
function base32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >> (bits - 5)) & 31]
  }
  if (bits > 0) text += alphabet[(held << (5 - bits)) & 31]
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

/** As Go sorts text. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
