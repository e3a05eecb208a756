import { isMap } from '../../lib/config/schema/leaf.ts'

/** Maps with dotted keys nested, as the configuration hands them on. */
export function nested(written: unknown): unknown {
  if (Array.isArray(written)) return written.map(nested)
  if (!isMap(written)) return written
  const root: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(written)) join(root, key.split('.'), nested(value))
  return root
}

function join(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...below] = path
  if (below.length === 0) {
    into[key] = value
    return
  }
  const child = Object.hasOwn(into, key) ? Object(into[key]) : {}
  into[key] = child
  join(child, below, value)
}
