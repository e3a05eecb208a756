/** What can go wrong, as a closed union: a caller may switch over it exhaustively. */
const ERROR_CODES = [
  'CONFIG_INVALID', // beat.yml, -E or the environment: `problems` lists everything that is wrong
  'OPEN_FAILED', // something needed before the filter could not be had (a port, a file, a lock)
  'SANDBOX_REQUIRED', // `seccomp.required: true` and no filter could be installed
  'STATE_INVALID', // a file of the agent's own below path.data is not what the agent wrote
  'OUTPUT_GONE', // the output can never take another event: the reader of standard output has left
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** Where a value stands inside a document: object keys and array indices, outermost first. */
export type Path = readonly (string | number)[]

/** One thing wrong with the configuration: where, what, and what to do about it. */
export interface Problem {
  /** `beat.yml:14:5`, `-E seccomp.enabled`, …; undefined where nothing was written at all. */
  readonly position?: string
  readonly path: Path
  readonly message: string
}

/**
 * How a parser tells of a problem without stopping at the first one. `unseen` says the same without the
 * value, which is then not shown where it is a secret; a message that shows none is its own.
 */
export type Report = (path: Path, message: string, unseen?: string) => void

export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: ErrorCode
  readonly problems: readonly Problem[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly problems?: readonly Problem[] } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.problems = options.problems ?? []
  }
}

/** `['seccomp', 'syscalls', 0, 'action']` → `seccomp.syscalls[0].action`. */
export function formatPath(path: Path): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`))
    .join('')
}

/** `beat.yml:14:5: seccomp.syscalls[0].action: unknown action "erno" (did you mean "errno"?)`. */
export function formatProblem({ position, path, message }: Problem): string {
  return [position, formatPath(path), message].filter(Boolean).join(': ')
}

/** One `CONFIG_INVALID` for all problems; its message has a line for each. */
export function configError(problems: readonly Problem[]): AgentError {
  return new AgentError('CONFIG_INVALID', problems.map(formatProblem).join('\n'), { problems })
}

/** The message of whatever was thrown: plugins may throw anything. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The `code` of an error of Node's or of ours, or of what caused it; undefined where there is none. */
export function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  return 'code' in thrown ? String(thrown.code) : codeOf(thrown.cause)
}
