import { parseArgs } from 'node:util'
import type { ConfigSource } from '../config/source/document.ts'
import { didYouMean } from '../suggest.ts'
import type { Call, Command, Option, Options, Program } from './command.ts'
import { COMMANDS, GLOBAL_OPTIONS } from './commands.ts'
import { SEALBEAT } from './help/program.ts'
import { type Given, sourceOf } from './source.ts'
import { UsageError } from './usage-error.ts'

/** A parsed command line. */
type Request =
  | { readonly kind: 'run'; readonly command: Command; readonly call: Call }
  /** Of one command, or of those that begin with these words: of all, if there are none. */
  | {
      readonly kind: 'help'
      readonly command: Command | undefined
      readonly begun: readonly string[]
    }

/**
 * Reads the arguments after the program's name.
 *
 * @throws UsageError
 */
export function readArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  program: Program = SEALBEAT,
): Request {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const { words, given } = withVersion(split(args.slice(0, end)))
  const rest = args.slice(end + 1)
  // Check this first: the value of an unknown option has been read as a word of the command.
  for (const each of given) knownOption(each, EVERY_OPTION)
  const isHelp = words[0] === 'help' || given.some(({ name }) => name === 'help')
  const asked = words[0] === 'help' ? words.slice(1) : words
  if (isHelp && isBegun(asked, program)) return { kind: 'help', command: undefined, begun: asked }
  const command = findCommand(asked, program)
  if (rest.length > 0 && !command.rest) throw takesNone(command.words.join(' '), rest)
  checkOptions(given, { ...GLOBAL_OPTIONS, ...command.options })
  if (isHelp) return { kind: 'help', command, begun: [] }
  const operands = operandsOf(command, asked)
  const call = { ...callOf(given, rest, env), program, operand: operands[0], operands }
  return { kind: 'run', command, call }
}

const EVERY_OPTION: Options = Object.assign(
  {},
  ...COMMANDS.map(({ options }) => options),
  GLOBAL_OPTIONS,
)

interface Typed {
  readonly words: readonly string[]
  readonly given: readonly Given[]
}

/** Everybody tries `--version`, so it is the command of that name. */
function withVersion({ words, given }: Typed): Typed {
  const others = given.filter(({ name }) => name !== 'version')
  if (words.length > 0 || others.length === given.length) return { words, given }
  return { words: ['version'], given: others }
}

/** Whether more words have to follow. */
function isBegun(words: readonly string[], { commands }: Program): boolean {
  return commands.some(
    ({ words: own }) => own.length > words.length && words.every((word, at) => word === own[at]),
  )
}

/** Lenient: unknown options are reported later, with a better message. */
function split(args: readonly string[]): Typed {
  const { tokens } = parseArgs({
    args: [...args],
    options: parserOptions(EVERY_OPTION),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words = tokens.filter(token => token.kind === 'positional').map(({ value }) => value)
  const given = tokens
    .filter(token => token.kind === 'option')
    .map(({ name, rawName, value }) => ({ name, typed: rawName, value }))
  return { words, given }
}

function parserOptions(options: Options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { value, short }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) },
    ]),
  )
}

function findCommand(words: readonly string[], program: Program): Command {
  const whole = program.commands.find(command => isOf(command, words))
  if (whole) {
    const more = words.slice(whole.words.length)
    if (more.length > mostOf(whole)) throw tooMany(whole, more)
    return whole
  }
  if (words.length === 0) throw new UsageError('a command is missing', [])
  if (isBegun(words, program)) throw new UsageError(`incomplete command ${quote(words)}`, words)
  if (COMMANDS.some(command => isOf(command, words))) {
    throw new UsageError(
      `${quote(words)} is for authors of agents, and no command of ${program.name}`,
    )
  }
  const names = program.commands.map(command => command.words.join(' '))
  const known = [...names, ...program.commands.flatMap(command => command.words.slice(0, 1))]
  throw new UsageError(`unknown command ${quote(words)}${didYouMean(words.join(' '), known)}`)
}

function isOf({ words: own }: Command, words: readonly string[]): boolean {
  return own.every((word, at) => word === words[at])
}

function mostOf({ operand, several }: Command): number {
  if (several) return Number.POSITIVE_INFINITY
  return operand ? 1 : 0
}

function tooMany({ words, operand }: Command, given: readonly string[]): UsageError {
  if (!operand) return takesNone(words.join(' '), given)
  return new UsageError(`"${words.join(' ')}" takes one ${operand}, not ${quote(given)}`)
}

function takesNone(command: string, words: readonly string[]): UsageError {
  return new UsageError(`"${command}" takes no arguments, but got ${quote(words)}`)
}

function quote(words: readonly string[]): string {
  return `"${words.join(' ')}"`
}

function operandsOf({ words, operand }: Command, asked: readonly string[]): readonly string[] {
  const found = asked.slice(words.length)
  if (operand === undefined || found.length > 0) return found
  throw new UsageError(`"${words.join(' ')}" needs a ${operand}`)
}

function checkOptions(given: readonly Given[], options: Options): void {
  for (const each of given) {
    const { value: wanted } = knownOption(each, options)
    const { typed, value } = each
    if (wanted && !value) throw new UsageError(`${typed} needs a value: ${wanted}`)
    if (!wanted && value !== undefined) throw new UsageError(`${typed} takes no value`)
  }
}

function knownOption({ name, typed }: Given, options: Options): Option {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option) return option
  throw new UsageError(`unknown option ${typed}${suggestion(name, Object.keys(options))}`)
}

function suggestion(name: string, names: readonly string[]): string {
  return didYouMean(name, names).replace('"', '"--')
}

function callOf(
  given: readonly Given[],
  rest: readonly string[],
  env: ConfigSource['env'],
): Omit<Call, 'program' | 'operand' | 'operands'> {
  const valuesOf = (option: string) =>
    given.filter(({ name }) => name === option).flatMap(({ value }) => value ?? [])
  const has = (option: string) => given.some(({ name }) => name === option)
  return {
    source: sourceOf(given, env),
    has,
    value: option => valuesOf(option).at(-1),
    values: valuesOf,
    rest,
  }
}
