import { bytes } from '../../config/schema/bytes.ts'
import { integer } from '../../config/schema/formats.ts'
import type { MutableEvent } from '../../processor.ts'
import {
  append,
  type Field,
  fieldOf,
  put,
  requiredAt,
  requireText,
  type Undo,
  valueAt,
} from '../field.ts'
import { targetNames } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'
import { allOrNothing } from '../undo.ts'
import { failOnError, ignoreMissing } from './pairs.ts'

interface TruncateFieldsSettings {
  readonly fields: readonly string[]
  readonly max_bytes: number
  readonly max_characters: number
  readonly fail_on_error: boolean
  readonly ignore_missing: boolean
}

const FLAGS = fieldOf('log.flags')

/** Cuts text that is too long, with the settings of Beats' processor of this name. */
export default defineTouching<TruncateFieldsSettings>({
  name: 'truncate_fields',
  schema: {
    fields: { doc: 'The fields to truncate.', format: targetNames, default: null },
    max_bytes: {
      doc: 'How many bytes of UTF-8 are kept. A character is not cut in two. 0: not set.',
      format: bytes,
      default: 0,
    },
    max_characters: {
      doc: 'How many characters are kept. 0: not set.',
      format: integer(0),
      default: 0,
    },
    fail_on_error: failOnError,
    ignore_missing: ignoreMissing,
  },
  touches: ({ fields }) => topKeysOf(FLAGS.name, ...fields),
  check({ max_bytes, max_characters }) {
    if (max_bytes > 0 !== max_characters > 0) return []
    return max_bytes > 0
      ? [{ path: ['max_characters'], message: 'must not be set beside max_bytes' }]
      : [{ path: [], message: 'must have max_bytes or max_characters above 0' }]
  },
  open({ settings }) {
    const { max_bytes, max_characters, ignore_missing, fail_on_error } = settings
    const cut = max_bytes > 0 ? (text: string) => cutBytes(text, max_bytes) : cutCharacters
    const fields = settings.fields.map(fieldOf)
    const truncate = (event: MutableEvent, field: Field, undo: Undo | undefined) => {
      if (ignore_missing && valueAt(event, field) === undefined) return
      const text = requireText(requiredAt(event, field), field)
      const kept = cut(text, max_characters)
      if (kept.length === text.length) return
      append(event, FLAGS, ['truncated'], undo)
      put(event, field, kept, undo)
    }
    return {
      process: allOrNothing(fail_on_error && fields.length > 1, (event, undo) => {
        for (const field of fields) {
          try {
            truncate(event, field, undo)
          } catch (thrown) {
            if (fail_on_error) throw thrown
          }
        }
      }),
    }
  },
})

function cutBytes(text: string, most: number): string {
  // A unit of UTF-16 has at most three bytes, and at least one.
  if (text.length * 3 <= most) return text
  if (text.length <= most && Buffer.byteLength(text) <= most) return text
  const bytes = Buffer.from(text.slice(0, most))
  let end = Math.min(most, bytes.length)
  // Bytes that begin with the bits 10 continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

function cutCharacters(text: string, most: number): string {
  if (text.length <= most) return text
  let end = 0
  for (let count = 0; count < most && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}
