import { defaultPrivileges, formatPrivilege } from '../../lib/agent/plugins/declared.ts'
import { outputSchema } from '../../lib/config/delivery.ts'
import { isRequired } from '../../lib/config/schema/apply-schema.ts'
import { type Leaf, leavesOf, type SchemaBranch } from '../../lib/config/schema/leaf.ts'
import { spelled } from '../../lib/config/schema/spelling.ts'
import { beatSchema } from '../../lib/config/sections.ts'
import { formatPath, type Path } from '../../lib/errors.ts'
import type { Privilege } from '../../lib/plugin.ts'
import { type BuiltinPlugin, builtinPlugins } from './builtin-plugins.ts'

const HEAD = `# Settings

Every setting of the agent and of the plugins that come with it. \`make reference\` makes this page from their
schemas. The settings below \`seccomp\` are in [config/beat.yml](../config/beat.yml), and
[docs/seccomp.md](seccomp.md) explains them.
`

const PROCESSORS = `Each item of \`processors\` is a map with one key, the name of a processor, or has the keys \`if\`, \`then\`
and \`else\`. The settings below the name are \`type\` (a built-in processor, the name of a package, or a path
relative to \`path.config\`; left out: the name), \`when\` (a condition), \`fail_on_error\` (default \`false\`) and
those of the processor. See [docs/processors.md](processors.md).
`

const OUTPUTS = `An output has these keys and those of its type. An output may have other defaults for delivery; see
[docs/outputs.md](outputs.md).
`

/** The text of docs/reference.md. */
export async function makeReference(): Promise<string> {
  const plugins = await builtinPlugins()
  const of = (wanted: BuiltinPlugin['kind']) => plugins.filter(({ kind }) => kind === wanted)
  return [
    HEAD,
    ...of('agent').map(plugin => sectionOf('The agent', [], plugin)),
    `## Every beat\n\nEach item of \`beats\` has these keys and those of its beat.\n`,
    tableOf(beatSchema, []),
    ...of('beat').map(plugin => sectionOf(`The beat \`${plugin.plugin.name}\``, [], plugin)),
    `## Every processor\n\n${PROCESSORS}`,
    ...of('processor').map(plugin =>
      sectionOf(`The processor \`${plugin.plugin.name}\``, [], plugin),
    ),
    `## Every output\n\n${OUTPUTS}`,
    tableOf(outputSchema, ['output', 'NAME']),
    ...of('output').map(plugin =>
      sectionOf(`\`output.${plugin.plugin.name}\``, ['output', plugin.plugin.name], plugin),
    ),
  ].join('\n')
}

function sectionOf(title: string, path: Path, { plugin }: BuiltinPlugin): string {
  const privileges = defaultPrivileges(plugin) ?? []
  const needs =
    privileges.length === 0
      ? ''
      : `\nWith these defaults it declares:\n\n${privileges.map(privilegeLine).join('')}`
  return `## ${title}\n\n${tableOf(plugin.schema, path)}${needs}`
}

/** A row for each setting. */
export function tableOf(schema: SchemaBranch, path: Path): string {
  const rows = leavesOf(schema, path).map(([at, leaf]) =>
    row(`\`${formatPath(at)}\``, defaultOf(leaf), leaf.doc ?? ''),
  )
  return `${row('setting', 'default', '')}${row('---', '---', '---')}${rows.join('')}`
}

function row(...cells: readonly string[]): string {
  const padded = cells.map(cell => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `))
  return `|${padded.join('|')}|\n`
}

function defaultOf(leaf: Leaf): string {
  const { default: value, elsewhere } = leaf
  if (isRequired(leaf)) return 'required'
  if (elsewhere === true) return ''
  return `\`${spelled(value, leaf).replaceAll('"', "'")}\``
}

function privilegeLine(privilege: Privilege): string {
  return `- \`${formatPrivilege(privilege)}\`: ${privilege.why}\n`
}
