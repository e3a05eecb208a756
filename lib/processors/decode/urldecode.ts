import {
  eachPair,
  failOnError,
  ignoreMissing,
  keysOfPairs,
  type PairsSettings,
} from '../change/pairs.ts'
import { type Field, put, requireText } from '../field.ts'
import { fromTo, inPlaceProblems, targetOrNone } from '../field-formats.ts'
import { defineTouching } from '../touching.ts'

/** Decodes what is percent-encoded, with the settings of Beats' processor of this name. */
export default defineTouching<PairsSettings>({
  name: 'urldecode',
  schema: {
    fields: {
      doc: 'The fields to decode: a list of `from` and `to` (left out: in place). `to` is replaced if the event has it.',
      format: Array,
      default: null,
      children: {
        from: fromTo.from,
        to: { doc: "The field that is set. '': `from`.", format: targetOrNone, default: '' },
      },
    },
    ignore_missing: ignoreMissing,
    fail_on_error: failOnError,
  },
  touches: keysOfPairs,
  check: ({ fields }) =>
    fields.flatMap(({ from, to }, at) =>
      to === '' ? inPlaceProblems(['fields', at, 'from'], from) : [],
    ),
  open: ({ settings }) =>
    eachPair(settings, (event, from, to, value, undo) => {
      put(event, to, decoded(requireText(value, from), from), undo)
    }),
})

/** As a form is decoded: a plus is a space. Bytes that are no UTF-8 become U+FFFD, as JSON has it. */
function decoded(text: string, { name }: Field): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  if (/%(?![\da-f]{2})/i.test(spaced)) throw new Error(`the field ${name} is not URL-encoded`)
  try {
    return decodeURIComponent(spaced)
  } catch {
    return bytesOf(spaced).toString()
  }
}

function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x25) {
      bytes[length++] = Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16)
      at += 2
    } else {
      bytes[length++] = bytes[at] ?? 0
    }
  }
  return bytes.subarray(0, length)
}
