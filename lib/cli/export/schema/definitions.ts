import type { JsonSchema } from '../../../config/schema/formats.ts'

/**
 * A reference to a definition. Editors differ in how they decode what is special in one, so names have none of it:
 * letters, digits, `.`, `_` and `-`.
 */
export function ref(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` }
}

/** The same below a description, beside which a reference would not count. */
export function described(description: string | undefined, name: string): JsonSchema {
  return { ...(description !== undefined && { description }), allOf: [ref(name)] }
}
