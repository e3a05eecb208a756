import type { ExitCode } from '../agent/process/exit.ts'
import type { ConfigSource } from '../config/source/document.ts'

export interface Option {
  /** What stands for its value in the help (`FILE`); undefined: it takes none. */
  readonly value?: string
  readonly short?: string
  /** May be given several times. */
  readonly multiple?: boolean
  readonly doc: string
}

export type Options = Readonly<Record<string, Option>>

/** The light half of a command: enough for the help, and to read its arguments. */
export interface Command {
  /** `['test', 'config']`. */
  readonly words: readonly string[]
  /** One line. */
  readonly summary: string
  /** For the command's own help: paragraphs, each line below 80 columns. */
  readonly details?: string
  /** Beside those that every command has. */
  readonly options: Options
  /** What stands for the argument that it needs (`FILE`); undefined: it takes none. */
  readonly operand?: string
  /** Whether it takes more than one of them. */
  readonly several?: boolean
  /** What may follow `--`, as the usage shows it; undefined: nothing. */
  readonly rest?: string
  /** Whether it looks at the configuration outside the service, which alone has the credentials. */
  readonly withoutCredentials?: true
  /** Whether it is for who makes agents, and of no use where one is installed. */
  readonly forAuthors?: true
  /** Imports the heavy half, only once it is to be run. */
  readonly load: () => Promise<Run>
}

export type Run = (call: Call) => Promise<ExitCode> | ExitCode

/** What was typed, read. */
export interface Call {
  readonly source: ConfigSource
  /** Whether an option without a value was given. */
  has(option: string): boolean
  /** The value of an option, the last if given several times. */
  value(option: string): string | undefined
  /** Every value of an option, in order. */
  values(option: string): readonly string[]
  /** The first argument after the command's words, where it takes any. */
  readonly operand: string | undefined
  /** All of them. */
  readonly operands: readonly string[]
  /** What follows `--`, as it is. */
  readonly rest: readonly string[]
}
