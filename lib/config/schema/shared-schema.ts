/** Marks a schema of the framework that outputs have below a reserved key: `ssl`, `proxy_url`. */
const SHARED_SCHEMA = Symbol.for('sealbeat.shared-schema')

/** Returns its argument, marked: users find the same below such a key whatever the output. */
export function sharedSchema<T extends object>(schema: T): T {
  return Object.defineProperty(schema, SHARED_SCHEMA, { value: true })
}

export function isSharedSchema(schema: unknown): boolean {
  return (
    typeof schema === 'object' && schema !== null && Reflect.get(schema, SHARED_SCHEMA) === true
  )
}
