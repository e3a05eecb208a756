// `sealbeat plugins`: what beat.yml can name, and what each declares.

import { relative } from 'node:path'
import { defaultPrivileges, formatPrivilege } from '../../agent/plugins/declared.ts'
import type { InstalledPlugin } from '../../agent/plugins/installed.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { shown } from '../../log/readable.ts'
import type { Call } from '../command.ts'
import { printJson, printLines } from '../print.ts'
import { findPlugins } from './found.ts'

/** What is listed of a plugin. */
interface Listed extends Omit<InstalledPlugin, 'plugin' | 'uses'> {
  /** `beat.yml:2:11`. */
  readonly used: readonly string[]
  /** Undefined if it can't be loaded. */
  readonly declares?: Declares
}

interface Declares {
  /** Undefined if that depends on settings without a default. */
  readonly privileges: ReturnType<typeof defaultPrivileges>
  readonly syscalls: NonNullable<NonNullable<InstalledPlugin['plugin']>['syscalls']>
}

export async function plugins(call: Call): Promise<ExitCode> {
  const { plugins, document } = await findPlugins(call)
  const listed = plugins.map(({ plugin, uses, ...rest }) => ({
    ...rest,
    used: uses.flatMap(path => document?.locate(path) ?? []),
    ...(plugin && {
      declares: { privileges: defaultPrivileges(plugin), syscalls: plugin.syscalls ?? [] },
    }),
  }))
  if (call.has('json')) await printJson({ plugins: listed })
  else await printLines(textOf(listed))
  const ok = listed.every(({ problem }) => problem === undefined)
  return ok ? EXIT.ok : EXIT.failure
}

const TITLES = [
  ['beat', 'beats'],
  ['output', 'outputs'],
  ['processor', 'processors'],
  [undefined, 'not loaded'],
] as const

function textOf(listed: readonly Listed[]): string {
  const rows = listed.map(each => ({
    each,
    cells: [each.type, each.version ?? '-', fromOf(each)].map(shown),
  }))
  const [first = 0, second = 0] = [0, 1].map(at =>
    Math.max(0, ...rows.map(({ cells }) => cells[at]?.length ?? 0)),
  )
  const sections = TITLES.map(([kind, title]) => {
    const own = rows.filter(({ each }) => each.kind === kind)
    const lines = own.flatMap(({ each, cells: [type = '', version = '', from = ''] }) => [
      `  ${type.padEnd(first)}  ${version.padEnd(second)}  ${from}`,
      ...detailsOf(each).map(detail => `      ${shown(detail)}`),
    ])
    return own.length === 0 ? '' : `${title}:\n${lines.join('\n')}\n`
  })
  const notLoaded = sections.pop() ?? ''
  return [...sections, noteOn(listed), notLoaded].filter(Boolean).join('\n')
}

function fromOf({ from, place = '', used }: Listed): string {
  const where = from === 'built-in' ? 'built in' : nearest(place)
  return [where, ...usedText(used)].join(', ')
}

/** From here, unless that leads upwards. */
function nearest(place: string): string {
  const path = relative(process.cwd(), place)
  return path.startsWith('..') ? place : path
}

function usedText([first, ...more]: readonly string[]): readonly string[] {
  if (first === undefined) return []
  return [`used in ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`]
}

function detailsOf({ problem, declares }: Listed): readonly string[] {
  if (problem !== undefined) return [`can't be loaded: ${problem}`]
  if (declares === undefined) return []
  const { privileges, syscalls } = declares
  return [
    ...(privileges?.map(each => `${formatPrivilege(each)}: ${each.why}`) ?? []),
    ...syscalls.map(({ names, why }) => `system calls ${names.join(', ')}: ${why}`),
  ]
}

function noteOn(listed: readonly Listed[]): string {
  const types = listed
    .filter(({ declares }) => declares !== undefined && declares.privileges === undefined)
    .map(({ type }) => shown(type))
  if (types.length === 0) return ''
  return `What is declared depends on the settings (see sandbox show): ${types.join(', ')}\n`
}
