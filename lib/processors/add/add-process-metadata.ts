import { listOf, oneOf } from '../../config/schema/formats.ts'
import { setOwn } from '../../own-field.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import {
  copyOf,
  type Field,
  type Fields,
  fieldOf,
  isMap,
  kindOf,
  put,
  requireRoom,
  valueAt,
} from '../field.ts'
import { fieldNames, targetOrNone } from '../field-formats.ts'
import { environmentOf, processFields } from './process.ts'

const ALL = [
  'process.name',
  'process.title',
  'process.executable',
  'process.args',
  'process.pid',
  'process.parent.pid',
  'process.start_time',
  'process.owner.id',
  'container.id',
] as const
const ENVIRONMENT = 'process.env'

interface AddProcessMetadataSettings {
  readonly match_pids: readonly string[]
  readonly target: string
  readonly include_fields: readonly string[]
  readonly ignore_missing: boolean
  readonly overwrite_keys: boolean
  readonly restricted_fields: boolean
}

const CACHE_MS = 30_000
const MOST_CACHED = 1000
/** The most that Linux gives to processes. */
const LARGEST_PID = 2 ** 22

/** Adds what is known of a process, with the settings of Beats' processor of this name. */
export default defineProcessor<AddProcessMetadataSettings>({
  name: 'add_process_metadata',
  schema: {
    match_pids: {
      doc: 'The fields with the number of a process. The first that the event has counts.',
      format: fieldNames,
      default: ['process.pid', 'process.parent.pid'],
    },
    target: {
      doc: "The map below which the fields are added. '': the top level of the event.",
      format: targetOrNone,
      default: '',
    },
    include_fields: {
      doc: 'The fields to add. None: all but `process.env`.',
      format: listOf(oneOf([...ALL, ENVIRONMENT])),
      default: [],
    },
    ignore_missing: {
      doc: 'An event without any of the fields of `match_pids` is no failure.',
      format: Boolean,
      default: true,
    },
    overwrite_keys: {
      doc: 'Fields that the event has are replaced. Otherwise they are a failure.',
      format: Boolean,
      default: false,
    },
    restricted_fields: {
      doc: 'Allows `process.env`, which often has secrets, and adds it where `include_fields` is empty.',
      format: Boolean,
      default: false,
    },
  },
  privileges: ({ restricted_fields }) => [
    restricted_fields
      ? { proc: 'inside', why: 'reads the environment of processes' }
      : { proc: 'processes', why: 'reads about processes' },
  ],
  check({ include_fields, restricted_fields }) {
    const at = restricted_fields ? -1 : include_fields.indexOf(ENVIRONMENT)
    const message = `must not be ${ENVIRONMENT}, which takes restricted_fields: true`
    return at < 0 ? [] : [{ path: ['include_fields', at], message }]
  },
  open({ settings }) {
    const { include_fields, restricted_fields, target, overwrite_keys } = settings
    const all = restricted_fields ? [...ALL, ENVIRONMENT] : ALL
    const names = include_fields.length > 0 ? include_fields : all
    const pairs = names.map(name => {
      return { from: fieldOf(name), to: fieldOf(target === '' ? name : `${target}.${name}`) }
    })
    const pids = settings.match_pids.map(fieldOf)
    const read = cachedReader(names.includes(ENVIRONMENT))
    const add = (event: MutableEvent, found: Fields, own: Field) => {
      const values = pairs
        .map(({ from, to }) => ({ to, value: valueAt(found, from) }))
        .filter(
          ({ value, to }) => value !== undefined && !(to.name === own.name && !overwrite_keys),
        )
      for (const { to } of values) requireRoom(event, to, !overwrite_keys)
      for (const { to, value } of values) put(event, to, copyOf(value))
    }
    return {
      process(event) {
        const field = pids.find(each => valueAt(event, each) !== undefined)
        if (field === undefined) {
          if (settings.ignore_missing) return event
          throw new Error('the event has none of the fields of match_pids')
        }
        const found = read(pidOf(valueAt(event, field), field))
        if (found === undefined) throw new Error('there is no such process')
        add(event, found, field)
        return event
      },
    }
  },
})

function pidOf(value: unknown, { name }: Field): number {
  const pid = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value
  if (typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && pid <= LARGEST_PID) return pid
  throw new TypeError(`the field ${name} (${kindOf(value)}) is not the number of a process`)
}

/** For half a minute, as in Beats: many events are of the same process. */
function cachedReader(withEnvironment: boolean): (pid: number) => Fields | undefined {
  const cache = new Map<number, { readonly untilMs: number; readonly found: Fields }>()
  return pid => {
    const nowMs = performance.now()
    const cached = cache.get(pid)
    if (cached !== undefined && cached.untilMs > nowMs) return cached.found
    const found = processFields(pid)
    if (found === undefined) return undefined
    const env = withEnvironment ? environmentOf(pid) : undefined
    if (env !== undefined && isMap(found.process)) setOwn(found.process, 'env', env)
    if (cache.size >= MOST_CACHED) cache.clear()
    cache.set(pid, { untilMs: nowMs + CACHE_MS, found })
    return found
  }
}
