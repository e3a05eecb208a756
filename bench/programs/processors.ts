// What an event costs that passes a list of processors on its way to an output that takes everything: processor
// time of this process, which others that want the machine make little longer.
import { pino } from 'pino'
import { openChain } from '../../lib/agent/beats/chain.ts'
import type { ConfiguredProcessor } from '../../lib/agent/plan.ts'
import { DEFAULT_DELIVERY } from '../../lib/config/delivery.ts'
import { parseSettings } from '../../lib/config/schema/settings.ts'
import type { Output } from '../../lib/output.ts'
import { openPipeline } from '../../lib/pipeline/pipeline.ts'
import { defineProcessor, type ProcessorType } from '../../lib/processor.ts'
import { builtinProcessor } from '../../lib/processors/builtin.ts'
import { accessLog } from './access-log.ts'

const EVENTS = 300_000
const BATCH = 100

type Step = readonly [name: string, settings: Readonly<Record<string, unknown>>]

const TEN: readonly Step[] = [
  ['add_fields', { target: 'labels', fields: { team: 'storage', stage: 'test' } }],
  ['add_fields', { target: '', fields: { service: { name: 'web' } } }],
  ['add_tags', { tags: ['web'] }],
  ['add_locale', {}],
  ['add_id', {}],
  ['copy_fields', { fields: [{ from: 'message', to: 'event.original' }] }],
  ['rename', { fields: [{ from: 'http.request.method', to: 'http.request.verb' }] }],
  ['convert', { fields: [{ from: 'http.response.status_code', type: 'string' }] }],
  ['truncate_fields', { fields: ['message'], max_bytes: 1000 }],
  ['drop_fields', { fields: ['agent.ephemeral_id', 'ecs'] }],
]

const ACCESS =
  '%{client.ip} "%{method} %{url.path} HTTP/%{http_version}" %{status|integer} "%{agent_name}"'

const LISTS: Readonly<Record<string, () => Promise<readonly ConfiguredProcessor[]>>> = {
  none: async () => [],
  one: () => builtins(TEN.slice(0, 1)),
  ten: () => builtins(TEN),
  dissect: () => builtins([['dissect', { tokenizer: ACCESS }]]),
  own: async () => Array.from({ length: 10 }, () => configured(OWN, {})),
}

const OWN = defineProcessor({
  name: 'own',
  schema: {},
  open: () => ({
    process(event) {
      return { ...event, seen: true }
    },
  }),
})

async function builtins(steps: readonly Step[]): Promise<readonly ConfiguredProcessor[]> {
  const types = await Promise.all(steps.map(([name]) => builtinProcessor(name)))
  return steps.flatMap(([, settings], at) => {
    const type = types[at]
    return type ? [{ ...configured(type, settings), builtin: true }] : []
  })
}

function configured<S>(
  type: ProcessorType<S>,
  value: Readonly<Record<string, unknown>>,
): ConfiguredProcessor {
  const { name: id } = type
  const path = [id]
  const settings = parseSettings(type, { path, value }, (_, message) => {
    throw new Error(`${id}: ${message}`)
  })
  const section = { path, value }
  const config = { id, type: id, typePath: path, section, failOnError: false }
  return { kind: 'processor', id, plugin: type as ProcessorType, settings, path, config }
}

const output: Output = {
  write: async () => ({ retry: [], reject: [] }),
  close: async () => {},
}

const list = LISTS[process.argv[2] ?? '']
if (list === undefined) throw new Error(`there is no list ${process.argv[2]}`)
const log = pino({ enabled: false })
const queue = { events: 3200, bytes: 64 << 20, flush: { min_events: 1600, timeout: 10 } }
const pipeline = openPipeline({ output, queue, log, delivery: DEFAULT_DELIVERY })
pipeline.start()
const failed = new Map<string, number>()
const { chain } = openChain([await list()], { log, failed })
const source = {
  agent: {
    id: 'i'.repeat(36),
    name: 'web-1',
    type: 'sealbeat',
    version: '0.1.0',
    ephemeral_id: 'e'.repeat(36),
  },
  ecs: { version: '8.17.0' },
  host: { name: 'web-1' },
  event: { module: 'web' },
  layers: [],
}
const publish = pipeline.publisher(source, new AbortController().signal, undefined, () => chain)
const events = accessLog(BATCH)

async function run(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += BATCH) {
    const receipt = await publish(events)
    if (sent + BATCH >= count) await receipt.confirmed
  }
}

await run(EVENTS / 3)
const before = process.cpuUsage()
await run(EVENTS)
const { user, system } = process.cpuUsage(before)
if (failed.size > 0) throw new Error(`failed: ${[...failed.keys()]}`)
console.log(JSON.stringify({ microseconds: (user + system) / EVENTS }))
process.exit()
