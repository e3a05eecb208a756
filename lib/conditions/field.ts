import type { MutableEvent } from '../processor.ts'
import { fieldOf, valueAt } from '../processors/field.ts'

/** Reads a field by its name, as processors do; undefined if the event has none. */
export function fieldReader(name: string): (event: MutableEvent) => unknown {
  const field = fieldOf(name)
  return event => valueAt(event, field)
}
