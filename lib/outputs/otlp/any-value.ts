// JSON values as the text of an AnyValue of OTLP, in the JSON mapping of Protocol Buffers: 64-bit integers are texts
// there. No objects in between: those of a whole batch would be moved by the garbage collector several times.

/** Receivers bound how deep a message may be. */
export const MAX_DEPTH = 64

/** All but control characters, quotes, backslashes and surrogates, which may be alone: JSON has those as they are. */
const TO_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

/** As JSON.stringify, which takes three times as long for a short text. */
export function quoted(text: string): string {
  return TO_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** @throws RangeError if the value is too deep */
export function anyValue(value: unknown, depth = 0): string {
  if (typeof value === 'string') return `{"stringValue":${quoted(value)}}`
  if (typeof value === 'number') return numberValue(value)
  if (typeof value === 'boolean') return `{"boolValue":${value}}`
  if (typeof value !== 'object' || value === null) return '{}'
  if (depth > MAX_DEPTH) throw new RangeError('too deep')
  if (Array.isArray(value)) {
    return `{"arrayValue":{"values":[${value.map(each => anyValue(each, depth + 1)).join()}]}}`
  }
  const values = Object.entries(value).map(
    ([key, each]) => `{"key":${quoted(key)},"value":${anyValue(each, depth + 1)}}`,
  )
  return `{"kvlistValue":{"values":[${values.join()}]}}`
}

function numberValue(value: number): string {
  if (Number.isSafeInteger(value)) return `{"intValue":"${value}"}`
  // 1e999 is a number in JSON, and none in JavaScript.
  return `{"doubleValue":${Number.isFinite(value) ? value : `"${value}"`}}`
}
