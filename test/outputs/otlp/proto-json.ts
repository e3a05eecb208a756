// The messages of opentelemetry/proto/collector/logs/v1 in the JSON mapping of Protocol Buffers, with what OTLP/HTTP
// adds: ids in hexadecimal, names in lower camel case. Says what in a value is not as they have it.

type Check = (value: unknown, at: string) => readonly string[]

const wrong = (at: string, what: string) => [`${at}: ${what}`]

const pattern =
  (regexp: RegExp): Check =>
  (value, at) =>
    typeof value === 'string' && regexp.test(value) ? [] : wrong(at, `${JSON.stringify(value)}`)

const type =
  (name: string): Check =>
  (value, at) =>
    typeof value === name ? [] : wrong(at, `must be ${name}`)

const repeated =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => check(each, `${at}[${index}]`))
      : wrong(at, 'must be a list')

const message =
  (name: string, fields: () => Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrong(at, `must be ${name}`)
    }
    return Object.entries(value).flatMap(([key, each]) => {
      const check = Object.hasOwn(fields(), key) ? fields()[key] : undefined
      return check?.(each, `${at}.${key}`) ?? wrong(at, `${name} has no ${key}`)
    })
  }

const unsigned = pattern(/^(0|[1-9]\d{0,19})$/)

const double: Check = (value, at) =>
  typeof value === 'number' || value === 'Infinity' || value === '-Infinity' || value === 'NaN'
    ? []
    : wrong(at, 'must be a double')

const anyValue: Check = (value, at) => [
  ...(Object.keys(Object(value)).length > 1 ? wrong(at, 'is one of several') : []),
  ...message('AnyValue', () => ({
    stringValue: type('string'),
    boolValue: type('boolean'),
    intValue: pattern(/^-?\d{1,19}$/),
    doubleValue: double,
    arrayValue: message('ArrayValue', () => ({ values: repeated(anyValue) })),
    kvlistValue: message('KeyValueList', () => ({ values: repeated(keyValue) })),
  }))(value, at),
]

const keyValue = message('KeyValue', () => ({ key: type('string'), value: anyValue }))

/** "Attribute keys MUST be unique". */
const attributes: Check = (value, at) => {
  const keys = Array.isArray(value) ? value.map(each => Object(each).key) : []
  const isUnique = new Set(keys).size === keys.length
  return [...(isUnique ? [] : wrong(at, 'keys are not unique')), ...repeated(keyValue)(value, at)]
}

const severity: Check = (value, at) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 24
    ? []
    : wrong(at, 'must be a severity')

const logRecord = message('LogRecord', () => ({
  timeUnixNano: unsigned,
  observedTimeUnixNano: unsigned,
  severityNumber: severity,
  severityText: type('string'),
  body: anyValue,
  attributes,
  traceId: pattern(/^[\da-f]{32}$/),
  spanId: pattern(/^[\da-f]{16}$/),
}))

const scope = message('InstrumentationScope', () => ({
  name: type('string'),
  version: type('string'),
}))

const exportLogsServiceRequest = message('ExportLogsServiceRequest', () => ({
  resourceLogs: repeated(
    message('ResourceLogs', () => ({
      resource: message('Resource', () => ({ attributes })),
      scopeLogs: repeated(message('ScopeLogs', () => ({ scope, logRecords: repeated(logRecord) }))),
    })),
  ),
}))

export function requestProblems(value: unknown): readonly string[] {
  return exportLogsServiceRequest(value, 'request')
}
