import type { Command, Options } from '../command.ts'
import { COMMANDS, GLOBAL_OPTIONS } from '../commands.ts'

/** The help of one command; of the whole program if undefined. */
export function helpOf(command: Command | undefined): string {
  return command ? commandHelp(command) : programHelp()
}

function programHelp(): string {
  const commands = COMMANDS.map(({ words, summary }) => [words.join(' '), summary] as const)
  return sections([
    'sealbeat: host agents that lock themselves down before they work',
    'Usage: sealbeat [OPTIONS] COMMAND',
    `Commands:\n${table(commands)}`,
    `Options:\n${table(rows(GLOBAL_OPTIONS))}`,
    `Exit codes:\n${table(EXIT_CODES)}`,
    'Run sealbeat COMMAND --help for more about a command.',
  ])
}

export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'stopped as requested, or every beat is done'],
  ['1', 'something could not be opened, or failed while running'],
  ['64', 'the command line is wrong'],
  ['77', 'a part of the sandbox is required, and could not be had'],
  ['78', 'the configuration is wrong'],
]

function commandHelp({
  words,
  summary,
  details,
  options,
  operand,
  several,
  rest,
}: Command): string {
  const own = Object.keys(options).length > 0 ? [`Options:\n${table(rows(options))}`] : []
  const usage = [
    ...words,
    '[OPTIONS]',
    ...(operand ? [several ? `${operand}…` : operand] : []),
    ...(rest ? ['--', rest] : []),
  ]
  return sections([
    `sealbeat ${words.join(' ')}: ${summary}`,
    `Usage: sealbeat ${usage.join(' ')}`,
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
