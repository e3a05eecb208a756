import { defineFormat } from '../config/schema/formats.ts'
import { defineProcessor, type MutableEvent } from '../processor.ts'

type Fields = Readonly<Record<string, unknown>>

interface AddFieldsSettings {
  readonly target: string
  readonly fields: Fields
}

const METADATA = '@metadata'

const target = defineFormat({
  expected: "must be the name of a field, such as labels or a.b; '' is the top level of the event",
  parse: written => {
    if (typeof written !== 'string') return undefined
    const keys = keysOf(written)
    return keys.includes('') || keys[0] === METADATA ? undefined : written
  },
})

const fields = defineFormat({
  expected: `must be a map of fields, without ${METADATA}`,
  parse: written => (isPlain(written) && !Object.hasOwn(written, METADATA) ? written : undefined),
})

/** Adds fields to every event, with the settings of Beats' processor of this name. */
export default defineProcessor<AddFieldsSettings>({
  name: 'add_fields',
  schema: {
    target: {
      doc: "The field below which the fields are added, such as labels or a.b. '': the top level of the event.",
      format: target,
      default: 'fields',
    },
    fields: {
      doc: 'The fields to add. They replace those that the event has; maps are merged.',
      format: fields,
      default: null,
    },
  },
  open({ settings }) {
    const keys = keysOf(settings.target)
    const added = keys.reduceRight<Fields>((below, key) => ({ [key]: below }), settings.fields)
    return { process: event => mergeInto(event, added) }
  },
})

function keysOf(path: string): readonly string[] {
  return path === '' ? [] : path.split('.')
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A later processor may change what it gets, so the event gets a copy of each map and list. */
function mergeInto<E extends MutableEvent>(into: E, added: Fields): E {
  for (const [key, value] of Object.entries(added)) {
    const own: unknown = Object.hasOwn(into, key) ? into[key] : undefined
    define(
      into,
      key,
      isPlain(value) ? mergeInto(isPlain(own) ? { ...own } : {}, value) : copy(value),
    )
  }
  return into
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  return isPlain(value) ? mergeInto({}, value) : value
}

/** Unlike an assignment, defines a field `__proto__` as any other. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}
