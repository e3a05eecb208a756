import { readdirSync, readFileSync } from 'node:fs'
import { type Node, parse } from 'acorn'
import { ROOT } from './page.ts'

/** A text of the product, with `…` for what is only known when it runs. */
export interface Text {
  /** The compiled module and the line, such as `lib/log/logger.js:96`. */
  readonly place: string
  readonly text: string
}

type Properties = Readonly<Record<string, unknown>>

/** All that is compiled from what users install, without tests and without generated tables. */
const SHIPPED = /^(lib|beats\/\w+|packages\/\w+\/src)\/.*\.js$/
const OTHER = /\.test\.js$|^lib\/testing\/|^lib\/seccomp\/architectures\/(tables|defaults)\//

/** Every text: literals, templates, and what is put together with +. */
export function textsOf(modules: readonly Parsed[]): readonly Text[] {
  return modules.flatMap(({ file, nodes }) => nodes.flatMap(node => located(file, node, node)))
}

/**
 * The texts that tell a person of something to do: the lines of the log from `warn` on, the errors that end a
 * command (AgentError), every hint, or what it is the hint to, and whatever else has a request in it. What is
 * wrong with a setting is said beside its position, and is not among them.
 */
export function asksOf(modules: readonly Parsed[]): readonly Text[] {
  const given = modules.flatMap(({ file, nodes }) =>
    nodes.flatMap(node => askIn(node).flatMap(text => located(file, node, text))),
  )
  const others = textsOf(modules.filter(({ file }) => !ABOUT_SETTINGS.test(file)))
  return [...given, ...others.filter(({ text }) => REQUEST.test(text))]
}

const ABOUT_SETTINGS = /^lib\/(cli|conditions|config|processors|seccomp\/policy)\/|\/settings\.js$/

/** A verb in the imperative, behind what it follows from. */
const REQUEST = new RegExp(
  '[;:] (add|build|check|choose|correct|declare|end|grant|install|let|list|look|make|mount|move|name|put|' +
    'remove|rename|report|restart|restore|run|set|start|take|try|use|write)\\b',
)

interface Parsed {
  readonly file: string
  readonly nodes: readonly Node[]
}

export function shippedModules(): readonly Parsed[] {
  return readdirSync(`${ROOT}dist`, { recursive: true, encoding: 'utf8' })
    .filter(file => SHIPPED.test(file) && !OTHER.test(file))
    .map(file => parsed(file, readFileSync(`${ROOT}dist/${file}`, 'utf8')))
}

export function parsed(file: string, source: string): Parsed {
  const options = { ecmaVersion: 'latest', sourceType: 'module', locations: true } as const
  return { file, nodes: [...nodesIn(parse(source, options))] }
}

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* nodesIn(each)
  if (!isNode(value)) return
  yield value
  for (const each of Object.values(value)) yield* nodesIn(each)
}

function isNode(value: unknown): value is Node & Properties {
  return typeof Object(value).type === 'string' && typeof Object(value).start === 'number'
}

/** The nodes that hold the text of a message, if this one gives one to somebody. */
function askIn(node: Node): readonly unknown[] {
  const { type, callee, arguments: args = [], key, value, properties = [] } = Object(node)
  // HINTS of the sandbox: a hint for each code of an error.
  if (type === 'Property') return /^[A-Z]+(_[A-Z]+)+$/.test(key.name) ? [value] : []
  if (type === 'ObjectExpression') return hintIn(properties)
  if (type === 'NewExpression') return MADE.includes(callee.name) ? [args[1]] : []
  if (type !== 'CallExpression') return []
  if (callee.name === 'line') return /^(warn|error)$/.test(args[0]?.value) ? [args[1]] : []
  return /^(warn|error|fatal)$/.test(callee.property?.name) ? args.slice(0, 2) : []
}

function hintIn(properties: readonly unknown[]): readonly unknown[] {
  const named = new Map(properties.map(each => [Object(each).key?.name, Object(each).value]))
  const found = named.get('found')
  if (!named.has('hint')) return []
  return [wordings(found).size > 0 ? found : named.get('hint')]
}

const MADE = ['AgentError', 'DropLog']

function located(file: string, { loc }: Node, of: unknown): readonly Text[] {
  return [...wordings(of)]
    .filter(text => /[a-z]{2,}.* .*[a-z]{2,}/i.test(text))
    .map(text => ({ place: `${file}:${loc?.start.line}`, text }))
}

/** A choice gives each of its texts. */
function wordings(node: unknown): ReadonlySet<string> {
  const { type, value, left, right, operator, consequent, alternate, quasis, expressions, body } =
    Object(node)
  if (type === 'Literal') return new Set(typeof value === 'string' ? [value] : [])
  if (type === 'ConditionalExpression')
    return new Set([...wordings(consequent), ...wordings(alternate)])
  if (type === 'ArrowFunctionExpression') return wordings(body)
  if (type === 'BinaryExpression' && operator === '+') return joined([pieces(left), pieces(right)])
  if (type !== 'TemplateLiteral') return new Set()
  return joined(
    quasis.flatMap((quasi: { value: { cooked: string } }, at: number) => [
      [quasi.value.cooked],
      ...(expressions[at] ? [pieces(expressions[at])] : []),
    ]),
  )
}

function pieces(node: unknown): readonly string[] {
  const known = [...wordings(node)]
  return known.length > 0 ? known : ['…']
}

function joined(parts: readonly (readonly string[])[]): ReadonlySet<string> {
  return new Set(
    parts.reduce((texts, each) => texts.flatMap(text => each.map(piece => text + piece)), ['']),
  )
}
