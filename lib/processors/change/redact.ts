import { text } from '../../config/schema/formats.ts'
import { setOwn } from '../../own-field.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import { type Fields, isMap, ownValue } from '../field.ts'
import { fieldNames } from '../field-formats.ts'

interface RedactSettings {
  readonly fields: readonly string[]
  readonly names: readonly string[]
  readonly replacement: string
}

/** The event's own: its time, and where an output sends it. */
const KEPT = new Set(['@timestamp', '@metadata'])

/** Masks fields. It has no way to fail: what is to be masked is never sent. */
export default defineProcessor<RedactSettings>({
  name: 'redact',
  schema: {
    fields: {
      doc: 'The fields to mask, such as user.email. Lists on the way are passed through.',
      format: fieldNames,
      default: [],
    },
    names: {
      doc: 'Keys that are masked wherever they are, also in lists, in small or capital letters.',
      format: fieldNames,
      default: [],
    },
    replacement: { doc: 'What takes the place of the value.', format: text, default: '***' },
  },
  check: ({ fields, names }) =>
    fields.length + names.length > 0 ? [] : [{ path: [], message: 'must have fields or names' }],
  open({ settings: { fields, names, replacement } }) {
    const paths = fields.map(name => name.split('.'))
    const masked = new Set(names.map(name => name.toLowerCase()))
    return {
      process(event) {
        for (const path of paths) maskAt(event, path, 0, replacement)
        if (masked.size > 0) maskNames(event, masked, replacement)
        return event
      },
    }
  },
})

/**
 * Every spelling of a path is masked: `a.b` may be a key of its own, and a map in a map. Lists are passed
 * through without recursion, so that no depth is too much for it.
 */
function maskAt(value: unknown, path: readonly string[], from: number, mask: string): void {
  const open = [value]
  while (open.length > 0) {
    const at = open.pop()
    if (Array.isArray(at)) for (const item of at) open.push(item)
    else if (isMap(at)) maskIn(at, path, from, mask)
  }
}

function maskIn(map: Fields, path: readonly string[], from: number, mask: string): void {
  for (let end = path.length; end > from; end--) {
    const key = path.slice(from, end).join('.')
    if (ownValue(map, key) === undefined || (from === 0 && KEPT.has(key))) continue
    if (end === path.length) setOwn(map, key, mask)
    else maskAt(map[key], path, end, mask)
  }
}

/** Without recursion, as well. */
function maskNames(event: MutableEvent, names: ReadonlySet<string>, mask: string): void {
  const open: (Fields | unknown[])[] = [event]
  for (let map = open.pop(); map !== undefined; map = open.pop()) {
    if (Array.isArray(map)) {
      for (const item of map) if (Array.isArray(item) || isMap(item)) open.push(item)
      continue
    }
    for (const key of Object.keys(map)) {
      if (map === event && KEPT.has(key)) continue
      const value = map[key]
      if (value === undefined) continue
      if (names.has(key.toLowerCase())) setOwn(map, key, mask)
      else if (Array.isArray(value) || isMap(value)) open.push(value)
    }
  }
}
