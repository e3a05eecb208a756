import type { ExitCode } from '../agent/process/exit.ts'
import type { ConfigSource } from '../config/source/document.ts'

export interface Option {
  /** The placeholder of its value in the help (`FILE`); undefined: it takes no value. */
  readonly value?: string
  readonly short?: string
  /** Whether it may be repeated. */
  readonly multiple?: boolean
  readonly doc: string
}

export type Options = Readonly<Record<string, Option>>

/** The light half of a command: enough to print its help and to read its arguments. */
export interface Command {
  /** `['test', 'config']`. */
  readonly words: readonly string[]
  /** One line. */
  readonly summary: string
  /** Paragraphs for the command's own help; no line is longer than 100 columns. */
  readonly details?: string
  /** In addition to the global options. */
  readonly options: Options
  /** The placeholder of the argument that it needs (`FILE`); undefined: it takes no arguments. */
  readonly operand?: string
  /** Whether it takes several such arguments. */
  readonly several?: boolean
  /** The arguments that may follow `--`, as the usage shows them; undefined: none. */
  readonly rest?: string
  /** Whether it reads the configuration outside the service. Only the service has the credentials. */
  readonly withoutCredentials?: true
  /** Whether it confines itself as an agent does, and then has to prove by /proc/self that it is confined. */
  readonly confinesItself?: true
  /** Whether it is for authors of agents, and of no use where an agent is installed. */
  readonly forAuthors?: true
  /** Imports the heavy half. Called only when the command runs. */
  readonly load: () => Promise<Run>
}

/** What the user has typed: `sealbeat`, or the command of an installed agent, which is the same with less. */
export interface Program {
  readonly name: string
  /** What it is, for the first line of its help. */
  readonly summary: string
  /** Of the installed agent. */
  readonly version: string | undefined
  readonly commands: readonly Command[]
}

export type Run = (call: Call) => Promise<ExitCode> | ExitCode

/** The arguments of one command, parsed. */
export interface Call {
  readonly program: Program
  readonly source: ConfigSource
  /** Whether an option without a value was given. */
  has(option: string): boolean
  /** The value of an option, the last if given several times. */
  value(option: string): string | undefined
  /** Every value of an option, in order. */
  values(option: string): readonly string[]
  /** The first argument after the command's words, if there is one. */
  readonly operand: string | undefined
  /** All arguments after the command's words. */
  readonly operands: readonly string[]
  /** The arguments after `--`, unchanged. */
  readonly rest: readonly string[]
}
