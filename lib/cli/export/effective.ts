import type { Plan } from '../../agent/plan.ts'
import { outputSchema } from '../../config/delivery.ts'
import { isRequired } from '../../config/schema/apply-schema.ts'
import { type Leaf, leavesOf, type SchemaBranch } from '../../config/schema/leaf.ts'
import { spelled } from '../../config/schema/spelling.ts'
import { agentSchema, beatSchema } from '../../config/sections.ts'
import type { ConfigDocument } from '../../config/source/document.ts'
import { isWithin } from '../../config/source/secrets.ts'
import type { Path } from '../../errors.ts'
import { isSecretKey, redactor } from '../../log/redact.ts'

/** The configuration in effect: every value as YAML has it, and where it is from. */
export type Effective = EffectiveMap | EffectiveList | EffectiveValue

interface EffectiveMap {
  readonly kind: 'map'
  readonly entries: Map<string, Effective>
}

interface EffectiveList {
  readonly kind: 'list'
  readonly items: readonly Effective[]
}

interface EffectiveValue {
  readonly kind: 'value'
  readonly text: string
  /** `beat.yml:14:5`, `-E name`, with the variables in it; or `default`. */
  readonly from: string
}

const HIDDEN = '"[redacted]"'

/** What was written, and the defaults of the agent and of the plugins that the configuration names. */
export function effectiveOf(document: ConfigDocument, plan: Plan): EffectiveMap {
  const schemas = schemasOf(plan)
  const secret = [...document.secrets.paths, ...sensitiveIn(schemas)]
  const unknown = notLoaded(document, plan)
  const isHidden = (path: Path) =>
    secret.some(section => isWithin(path, section)) ||
    path.some(key => typeof key === 'string' && isSecretKey(key)) ||
    (unknown.some(section => isWithin(path, section)) && !KNOWN_KEYS.includes(String(path.at(-1))))
  const redact = redactor(document.secrets.values)

  const written = (value: unknown, path: Path): Effective => {
    if (isMap(value)) return mapOf(value, (inner, key) => written(inner, [...path, key]))
    if (Array.isArray(value) && value.length > 0) {
      return { kind: 'list', items: value.map((item, at) => written(item, [...path, at])) }
    }
    const from = document.originOf(path) ?? ''
    if (isEmpty(value)) return { kind: 'value', text: JSON.stringify(value), from }
    const text = isHidden(path) ? HIDDEN : shown(value, String(path.at(-1)), redact)
    return { kind: 'value', text, from }
  }

  const root = mapOf(document.value, (value, key) => written(value, [key]))
  const unused = unusedIn(schemas, document)
  for (const [path, leaf] of schemas) {
    if (!unused.some(section => isWithin(path, section))) addDefault(root, path, leaf, plan)
  }
  return root
}

/** Those of every beat and output. */
const KNOWN_KEYS = ['enabled', 'type', 'id']

/** What is disabled has no schema that could say what in it is secret: its plugin need not even be installed. */
function notLoaded({ value }: ConfigDocument, { config, beats }: Plan): readonly Path[] {
  const written = Array.isArray(value.beats) ? value.beats : []
  const loaded = new Set(beats.map(({ path }) => path.at(-1)))
  const idle = written.map((_, at) => ['beats', at]).filter(path => !loaded.has(path[1]))
  const outputs = isMap(value.output) ? Object.keys(value.output) : []
  return [...idle, ...outputs.filter(id => id !== config.output.id).map(id => ['output', id])]
}

type Setting = readonly [path: Path, leaf: Leaf]

function schemasOf({ config, beats, plugins }: Plan): readonly Setting[] {
  const sections: readonly (readonly [SchemaBranch, Path])[] = [
    [agentSchema, []],
    ...beats.map(({ path }) => [beatSchema, path] as const),
    [outputSchema, ['output', config.output.id]],
    ...plugins
      .filter(({ kind }) => kind !== 'agent')
      .map(({ plugin, path }) => [plugin.schema, path] as const),
  ]
  return sections.flatMap(([schema, path]) => leavesOf(schema, path))
}

/** Sections that nobody has written and that are nothing without a value that has no default, such as `queue.disk`. */
function unusedIn(settings: readonly Setting[], document: ConfigDocument): readonly Path[] {
  return settings
    .filter(([, leaf]) => isRequired(leaf) || leaf.default === null)
    .map(([path]) => path.slice(0, -1))
    .filter(section => section.length > 0 && document.originOf(section) === undefined)
}

function sensitiveIn(settings: readonly Setting[]): readonly Path[] {
  return settings.flatMap(([path, { sensitive }]) => (sensitive === true ? [path] : []))
}

/** As the schema has it, unless that is something else or nothing. */
function addDefault(root: EffectiveMap, path: Path, leaf: Leaf, plan: Plan): void {
  const value = deliveryAt(path, plan) ?? leaf.default
  if (leaf.elsewhere === true || isRequired(leaf) || value === null || value === undefined) return
  let at: Effective | undefined = root
  for (const key of path.slice(0, -1)) {
    const next: Effective | undefined = childOf(at, key)
    if (next === undefined && at?.kind === 'map') {
      const made: EffectiveMap = { kind: 'map', entries: new Map() }
      at.entries.set(String(key), made)
      at = made
    } else {
      at = next
    }
  }
  const key = String(path.at(-1))
  if (at?.kind !== 'map' || at.entries.has(key)) return
  at.entries.set(key, { kind: 'value', text: spelled(value, leaf), from: 'default' })
}

/** An output has defaults of its own for delivery. */
function deliveryAt(path: Path, { config, output: { delivery } }: Plan): unknown {
  const [section, id, key, inner] = path
  if (section !== 'output' || id !== config.output.id) return undefined
  if (key === 'workers') return delivery.inFlight
  const value: unknown = Reflect.get(delivery, String(key))
  return inner === undefined ? value : Reflect.get(Object(value), String(inner))
}

function childOf(parent: Effective | undefined, key: string | number): Effective | undefined {
  if (parent?.kind === 'map') return parent.entries.get(String(key))
  return parent?.kind === 'list' ? parent.items[Number(key)] : undefined
}

function mapOf(
  value: Readonly<Record<string, unknown>>,
  make: (inner: unknown, key: string) => Effective,
): EffectiveMap {
  return {
    kind: 'map',
    entries: new Map(Object.entries(value).map(([key, inner]) => [key, make(inner, key)])),
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || typeof value === 'object'
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0
  )
}

/** As JSON, which is YAML. Passwords in URLs and what the log hides by its key are not shown. */
function shown(value: unknown, key: string, redact: (line: string) => string): string {
  if (typeof value === 'bigint') return String(value)
  const redacted: unknown = JSON.parse(redact(JSON.stringify({ [key]: value })))
  return JSON.stringify(Object(redacted)[key]) ?? 'null'
}
