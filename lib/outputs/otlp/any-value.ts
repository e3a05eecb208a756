// JSON values as AnyValue of OTLP, in the JSON mapping of Protocol Buffers: 64-bit integers are texts there.

/** Receivers bound how deep a message may be. */
export const MAX_DEPTH = 64

export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

/** One of these; none of them for null. */
export interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  readonly doubleValue?: number | string
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
  readonly kvlistValue?: { readonly values: readonly KeyValue[] }
}

/** @throws RangeError if the value is too deep */
export function anyValue(value: unknown, depth = 0): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return numberValue(value)
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value !== 'object' || value === null) return {}
  if (depth > MAX_DEPTH) throw new RangeError('too deep')
  if (Array.isArray(value)) {
    return { arrayValue: { values: value.map(each => anyValue(each, depth + 1)) } }
  }
  const values = Object.entries(value).map(([key, each]) => ({
    key,
    value: anyValue(each, depth + 1),
  }))
  return { kvlistValue: { values } }
}

function numberValue(value: number): AnyValue {
  if (Number.isSafeInteger(value)) return { intValue: String(value) }
  // 1e999 is a number in JSON, and none in JavaScript.
  return { doubleValue: Number.isFinite(value) ? value : String(value) }
}
