import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { pino } from 'pino'
import { openChain } from '../../lib/agent/beats/chain.ts'
import type { ConfiguredProcessor } from '../../lib/agent/plan.ts'
import type { Chain } from '../../lib/pipeline/chain.ts'
import { momentOf, stringify } from '../../lib/pipeline/encoding/encode.ts'
import { waysOf } from '../../lib/pipeline/encoding/ways.ts'
import type { MutableEvent, ProcessorType } from '../../lib/processor.ts'
import { BUILTIN_PROCESSOR_NAMES, builtinProcessor } from '../../lib/processors/builtin.ts'
import { settingsOf } from '../../lib/testing/session.ts'
import type { Config } from '../processors/opened.ts'
import { SAMPLES } from '../processors/samples.ts'
import { untrueTouches } from '../processors/touched.ts'
import type { Target } from './fuzz.ts'

interface Step {
  readonly name: string
  readonly sample: number
  /** Turns each switch of the processor to what its bit says. */
  readonly switches: number
}

type Input = readonly [event: Config, steps: readonly Step[]]

const KEYS = fc.constantFrom(
  ...[
    'message',
    'text',
    'json',
    'list',
    'n',
    'a',
    'b',
    'c',
    'ip',
    'flag',
    'time',
    'tags',
    'log',
    'pid',
  ],
  ...['dissect', 'csv', 'event', 'host', 'error', 'password', 'type', 'id', 'a.b', '@metadata'],
  ...['__proto__', 'constructor', '', '.'],
)
const TEXT = fc.oneof(
  fc.constantFrom(
    ...[
      '1',
      '-7.5',
      '0x1F',
      '1e999',
      'true',
      '::1',
      '192.0.2.1',
      'YWJj',
      'a%20b',
      '%',
      '1,"2',
      'k=v x',
    ],
    ...[
      '{"a":{"b":1},"@timestamp":"x"}',
      '{"id":"7","a.b":2}',
      '["{}"]',
      '[[[]]]',
      '{"__proto__":{"x":1}}',
    ],
    ...['2026-01-31T13:45:00Z', 'Jan 31 13:45:00.000 CET', 'GET  /x 200', '12345678901234567890'],
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    TEXT,
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(KEYS, tie('value'), { maxKeys: 3 }),
  ),
}))
const EVENT = fc.dictionary(KEYS, value, { maxKeys: 6 })
const STEP = fc.constantFrom(...BUILTIN_PROCESSOR_NAMES).chain(name =>
  fc.record({
    name: fc.constant(name),
    sample: fc.nat((SAMPLES[name]?.length ?? 1) - 1),
    switches: fc.nat(63),
  }),
)

const SWITCHES = [
  'ignore_missing',
  'fail_on_error',
  'ignore_failure',
  'overwrite_keys',
  'add_error_key',
  'expand_keys',
]
/** Everything that a processor says when it fails begins like this; an error of its own code does not. */
const DOCUMENTED =
  /^processor \w+: (mine: )?(the (field|list|event) |there is no such process|a key from the text )/
const DROPPING = ['drop_event', 'rate_limit']

/**
 * Any chain of processors takes any event: none throws by mistake, one that fails leaves the event as it was,
 * and none loses it unless it is there to drop events. What is done ahead makes no difference.
 */
export async function processorsTarget(): Promise<Target<Input>> {
  const types = new Map<string, ProcessorType>()
  for (const name of BUILTIN_PROCESSOR_NAMES) {
    const type = await builtinProcessor(name)
    if (type !== undefined) types.set(name, type)
  }
  const opened = new Map<string, Chain>()
  const chainOf = (step: Step): Chain => {
    const key = JSON.stringify(step)
    const chain = opened.get(key) ?? openAll([configuredOf(types.get(step.name), step)]).chain
    opened.set(key, chain)
    return chain
  }
  const openSteps = (steps: readonly Step[]) =>
    openAll(steps.map(step => configuredOf(types.get(step.name), step)))
  return {
    name: 'processors: chains',
    inputs: fc.tuple(EVENT, fc.array(STEP, { minLength: 1, maxLength: 6 })),
    holds: ([event, steps]) => {
      if (!steps.some(({ name }) => NEVER_THE_SAME.includes(name))) {
        const { chain, close } = openSteps(steps)
        requireSameAhead(chain, eventOf(event))
        close()
      }
      let passed = eventOf(event)
      let failures = 0
      for (const step of steps) {
        const before = JSON.stringify(passed)
        requireTrueTouches(step.name, chainOf(step), passed)
        const after = chainOf(step)(passed)
        if (after === undefined) {
          if (!DROPPING.includes(step.name)) throw new Error(`${step.name} has lost the event`)
          return true
        }
        if (hasFailed(step.name, JSON.parse(before), after)) failures++
        if (Reflect.get({}, 'x') !== undefined) throw new Error(`${step.name} has polluted Object`)
        passed = JSON.parse(JSON.stringify(after))
      }
      return failures === 0
    },
  }
}

function configuredOf(
  type: ProcessorType | undefined,
  { name, sample, switches }: Step,
): ConfiguredProcessor {
  if (type === undefined) throw new Error(`there is no ${name}`)
  const turned = SWITCHES.flatMap((key, bit) =>
    Object.hasOwn(Object(type.schema), key) ? [[key, (switches & (1 << bit)) !== 0] as const] : [],
  )
  const config = { ...SAMPLES[name]?.[sample], ...Object.fromEntries(turned) }
  const settings = settingsOf(type, config)
  const own = { failOnError: false }
  const made = {
    kind: 'processor',
    id: name,
    plugin: type,
    settings,
    config: own,
    builtin: true,
  }
  return made as ConfiguredProcessor
}

function openAll(steps: readonly ConfiguredProcessor[]) {
  const deps = { log: pino({ enabled: false }), failed: new Map<string, number>() }
  const { chain, close } = openChain([steps], deps)
  if (chain === undefined) throw new Error('there is no chain')
  return { chain, close }
}

/** As the pipeline hands it over. */
function eventOf(written: Config): MutableEvent {
  const { '@metadata': metadata, ...fields } = JSON.parse(JSON.stringify(written))
  const isMap = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  return {
    '@timestamp': '2026-01-31T13:45:00.000Z',
    ...fields,
    ...(isMap && { '@metadata': metadata }),
  }
}

/** With every event these answer something else. */
const NEVER_THE_SAME = ['add_id', 'rate_limit']

/** What the agent adds to these events. */
const CONSTANTS = {
  agent: { id: 'i', version: '1' },
  host: { name: 'h' },
  log: { level: 'x' },
  a: { b: 'c' },
  tags: ['web'],
}

function requireSameAhead(chain: Chain, event: Config): void {
  const { touches } = chain
  const whole: Chain = Object.assign((given: MutableEvent) => chain(given), { touches })
  const [less, all] = [lineBy(chain, event), lineBy(whole, event)]
  if (!isDeepStrictEqual(less, all)) {
    throw new Error(`ahead ${JSON.stringify(less)}, otherwise ${JSON.stringify(all)}`)
  }
}

const ways = waysOf(CONSTANTS, undefined)
const now = momentOf(0)

/** What becomes of an event, as data. */
function lineBy(chain: Chain, event: Config): unknown {
  let lines: readonly string[] = []
  const way = ways(chain)(event)
  if (way.chain === undefined) {
    lines = [way.encode(event, now)]
  } else {
    const passed = way.chain(way.objects.make(event, now))
    if (passed !== undefined) {
      const { '@metadata': _, ...kept } = passed
      lines = [`${stringify(kept).slice(0, -1)}${way.objects.of(passed)}}`]
    }
  }
  return lines.map(line => JSON.parse(line))
}

function requireTrueTouches(name: string, chain: Chain, event: MutableEvent): void {
  if (chain.touches === undefined || NEVER_THE_SAME.includes(name)) return
  const untrue = untrueTouches(chain, chain.touches, event)
  if (untrue !== undefined) throw new Error(`${name}: ${untrue} than it says`)
}

function hasFailed(name: string, before: MutableEvent, after: MutableEvent): boolean {
  const own = reasonOf(after, name)
  if (own === undefined || isDeepStrictEqual(after.error, before.error)) return false
  if (!DOCUMENTED.test(own)) throw new Error(`not documented: ${own}`)
  const { error: _, ...left } = JSON.parse(JSON.stringify(after))
  const { error: __, ...was } = before
  if (!isDeepStrictEqual(left, was)) throw new Error(`${name} has failed and changed the event`)
  return true
}

/** What the chain has noted last of this processor. */
function reasonOf({ error }: MutableEvent, name: string): string | undefined {
  const text = [Object(error).message].flat().at(-1)
  const at = typeof text === 'string' ? text.lastIndexOf(`processor ${name}: `) : -1
  return at < 0 ? undefined : text.slice(at)
}
