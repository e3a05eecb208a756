import { defineFormat, oneOf } from '../../config/schema/formats.ts'
import { messageOf } from '../../errors.ts'
import { defineProcessor, type MutableEvent } from '../../processor.ts'
import { converted, type ValueType } from '../change/value-types.ts'
import { append, type Field, fieldOf, put, requiredAt, requireRoom, requireText } from '../field.ts'
import { fieldName, isTarget, targetOrNone } from '../field-formats.ts'
import { below, clashOf, parseTokenizer, split, type Token, type Tokenizer } from './tokenizer.ts'
import { trimmer } from './trim.ts'

interface DissectSettings {
  readonly tokenizer: string
  readonly field: string
  readonly target_prefix: string
  readonly ignore_failure: boolean
  readonly overwrite_keys: boolean
  readonly trim_values: 'none' | 'left' | 'right' | 'all'
  readonly trim_chars: string
}

const FLAGS = fieldOf('log.flags')
/** Keys may come from the text. */
const LONGEST_KEY = 256

const tokenizer = defineFormat({
  expected: 'must be text with keys, such as "%{client} %{verb}"',
  parse: written => (typeof written === 'string' && faultOf(written) === '' ? written : undefined),
  guess: written => (typeof written === 'string' ? `: ${faultOf(written)}` : ''),
})

function faultOf(written: string): string {
  try {
    const { tokens } = parseTokenizer(written)
    const keys = tokens.filter(isKept).map(({ key }) => key)
    const clash = clashOf(keys)
    if (clash !== undefined) return `${clash} can't be both a value and a map`
    return keys.every(isTarget) ? '' : 'a key can not be @timestamp, and has no empty part'
  } catch (thrown) {
    return messageOf(thrown)
  }
}

function isKept({ kind }: Token): boolean {
  return kind === 'plain' || kind === 'append'
}

/** Takes text apart, with the settings of Beats' processor of this name. */
export default defineProcessor<DissectSettings>({
  name: 'dissect',
  schema: {
    tokenizer: {
      doc: 'The text with a key in place of each part.',
      format: tokenizer,
      default: null,
    },
    field: { doc: 'The field to take apart.', format: fieldName, default: 'message' },
    target_prefix: {
      doc: "The map for the keys. '': the top level of the event.",
      format: targetOrNone,
      default: 'dissect',
    },
    ignore_failure: {
      doc: 'No failure fails the processor. The event keeps its fields.',
      format: Boolean,
      default: false,
    },
    overwrite_keys: {
      doc: 'Fields that the event has are replaced. Otherwise they are a failure.',
      format: Boolean,
      default: false,
    },
    trim_values: {
      doc: 'Where `trim_chars` are removed from values.',
      format: oneOf(['none', 'left', 'right', 'all']),
      default: 'none',
    },
    trim_chars: { doc: 'The characters that are removed.', format: String, default: ' ' },
  },
  open({ settings }) {
    const source = fieldOf(settings.field)
    const extract = extractorOf(settings)
    const dissect = (event: MutableEvent) => {
      const values = extract(requireText(requiredAt(event, source), source))
      if (values === undefined) throw new Mismatch(`the field ${source.name} does not match`)
      // All are looked at first: then none of them can fail half-way.
      for (const { field } of values) requireRoom(event, field, !settings.overwrite_keys)
      for (const { field, value } of values) put(event, field, value)
    }
    return {
      process(event) {
        try {
          dissect(event)
        } catch (thrown) {
          if (!settings.ignore_failure) throw thrown
          if (thrown instanceof Mismatch) append(event, FLAGS, ['dissect_parsing_error'])
        }
        return event
      },
    }
  },
})

class Mismatch extends Error {}

interface Value {
  readonly field: Field
  readonly value: unknown
}

type Extract = (text: string) => readonly Value[] | undefined

function extractorOf(settings: DissectSettings): Extract {
  const { trim_values, trim_chars, target_prefix } = settings
  const parsed = parseTokenizer(settings.tokenizer)
  const trim = trimmer(trim_chars, trim_values)
  const isSimple = parsed.tokens.every(({ kind }) => kind === 'plain' || kind === 'skip')
  return isSimple
    ? simpleExtractor(parsed, target_prefix, trim)
    : fullExtractor(parsed, target_prefix, trim)
}

type Trim = (text: string) => string

/** Without names from the text and values to append, each key is known. */
function simpleExtractor(parsed: Tokenizer, prefix: string, trim: Trim): Extract {
  const { tokens } = parsed
  // Of a key that occurs twice, the last counts.
  const lasts = new Map(tokens.map(({ key }, at) => [key, at]))
  const known = tokens.flatMap(({ kind, key, type }, at) =>
    kind === 'skip' || lasts.get(key) !== at ? [] : [{ at, type, field: below(prefix, key) }],
  )
  return text => {
    const parts = split(parsed, text)
    if (parts === undefined) return undefined
    return known.map(({ at, type, field }) => {
      return { field, value: typed(trim(parts[at] ?? ''), type) }
    })
  }
}

function fullExtractor(parsed: Tokenizer, prefix: string, trim: Trim): Extract {
  const order = [...parsed.tokens.entries()]
    .map(([at, token]) => ({ at, token }))
    .sort((a, b) => a.token.order - b.token.order)
  const types = new Map(parsed.tokens.map(({ key, type }) => [key, type]))
  return text => {
    const parts = split(parsed, text)
    if (parts === undefined) return undefined
    const names = new Map<string, string>()
    for (const [at, { kind, key }] of parsed.tokens.entries()) {
      if (kind !== 'skip' && kind !== 'named') names.set(key, trim(parts[at] ?? ''))
    }
    const found = new Map<string, { text: string; type: ValueType | undefined }>()
    for (const { at, token } of order) {
      const part = trim(parts[at] ?? '')
      const { kind, key } = token
      if (kind === 'plain') found.set(key, { text: part, type: token.type })
      else if (kind === 'named') found.set(names.get(key) ?? '', { text: part, type: token.type })
      else if (kind === 'append') {
        const before = found.get(key)?.text
        const joined = before === undefined ? part : `${before}${token.before || ' '}${part}`
        found.set(key, { text: joined, type: types.get(key) })
      }
    }
    requireSound(found.keys(), prefix)
    return [...found].map(([key, { text: value, type }]) => {
      return { field: below(prefix, key), value: typed(value, type) }
    })
  }
}

/** Keys from the text are anybody's. */
function requireSound(keys: Iterable<string>, prefix: string): void {
  const all = [...keys]
  const isSound = (key: string) => key.length <= LONGEST_KEY && isTarget(below(prefix, key).name)
  if (!all.every(isSound) || clashOf(all) !== undefined) {
    throw new Error('a key from the text is not the name of a field')
  }
}

/** Text that is not of the type stays as it is. */
function typed(text: string, type: ValueType | undefined): unknown {
  if (type === undefined || type === 'string') return text
  try {
    return converted(type, text.trimEnd())
  } catch {
    return text
  }
}
