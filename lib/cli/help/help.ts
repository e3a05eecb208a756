import type { Command, Options, Program } from '../command.ts'
import { GLOBAL_OPTIONS } from '../commands.ts'

/** What help is asked about: one command, or those that begin with these words. */
interface About {
  readonly command: Command | undefined
  readonly begun: readonly string[]
}

export function helpOf(program: Program, { command, begun }: About): string {
  if (command) return withOwnFiles(commandHelp(program, command), program)
  return begun.length > 0 ? overviewOf(program, begun) : withOwnFiles(programHelp(program), program)
}

/** Texts of the framework, with the files of an installed agent in the place of `beat.yml` and `beat.d`. */
export function withOwnFiles(text: string, { name, version }: Pick<Program, 'name' | 'version'>) {
  return version === undefined ? text : text.replaceAll(/\bbeat(?=\.(yml|d)\b)/g, () => name)
}

/** The commands that begin with these words. */
export function overviewOf(program: Program, begun: readonly string[]): string {
  return withOwnFiles(sections(overview(program, begun)), program)
}

function overview({ name, commands }: Program, begun: readonly string[]): readonly string[] {
  const usage = [name, ...begun].join(' ')
  const own = commands.filter(({ words }) => begun.every((word, at) => word === words[at]))
  const found = own.map(({ words, summary }) => [words.join(' '), summary] as const)
  return [
    `Usage: ${usage} ${begun.length > 0 ? 'COMMAND [OPTIONS]' : '[OPTIONS] COMMAND'}`,
    `Commands:\n${table(found)}`,
    `Run ${name} COMMAND --help for more about a command.`,
  ]
}

function programHelp(program: Program): string {
  const [usage = '', commands = '', more = ''] = overview(program, [])
  return sections([
    `${program.name}: ${program.summary}`,
    usage,
    commands,
    `Options:\n${table(rows(GLOBAL_OPTIONS))}`,
    `Exit codes:\n${table(EXIT_CODES)}`,
    more,
  ])
}

export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'stopped as requested, or every beat is done'],
  ['1', 'something could not be opened, or failed while running'],
  ['64', 'the command line is wrong'],
  ['75', 'with run --once: a beat has failed, or events were not delivered'],
  ['77', 'a part of the sandbox is required, and could not be had'],
  ['78', 'the configuration is wrong'],
]

function commandHelp(
  { name }: Program,
  { words, summary, details, options, operand, several, rest }: Command,
): string {
  const own = Object.keys(options).length > 0 ? [`Options:\n${table(rows(options))}`] : []
  const usage = [
    ...words,
    '[OPTIONS]',
    ...(operand ? [several ? `${operand}…` : operand] : []),
    ...(rest ? ['--', rest] : []),
  ]
  return sections([
    `${name} ${words.join(' ')}: ${summary}`,
    `Usage: ${name} ${usage.join(' ')}`,
    ...(details ? [details] : []),
    ...own,
    `Options of every command:\n${table(rows(GLOBAL_OPTIONS))}`,
  ])
}

function rows(options: Options): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, value, doc }]) => {
    const typed = `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
    return [typed, doc] as const
  })
}

function table(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length))
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

function sections(paragraphs: readonly string[]): string {
  return `${paragraphs.join('\n\n')}\n`
}
