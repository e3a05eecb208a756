/** The kinds of errors, as a closed union: a caller may switch over it exhaustively. */
const ERROR_CODES = [
  'CONFIG_INVALID', // beat.yml, -E or the environment; `problems` lists every problem
  'OPEN_FAILED', // a port, a file, a lock or the like, which is needed before the filter, could not be opened
  'SANDBOX_REQUIRED', // `seccomp.required: true` and no filter could be installed
  'STATE_INVALID', // a file of the agent's own below path.data is not as the agent wrote it
  'OUTPUT_GONE', // the output can never accept another event: the reader of standard output has gone
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** The place of a value in a document: object keys and array indices, outermost first. */
export type Path = readonly (string | number)[]

/** One problem of the configuration: where it is, what is wrong, and what to do about it. */
export interface Problem {
  /** `beat.yml:14:5`, `-E seccomp.enabled`, …; undefined if nothing was written. */
  readonly position?: string
  readonly path: Path
  readonly message: string
}

/**
 * How a parser reports a problem without stopping at the first one. `unseen` is the same message without the
 * value, for a value that is a secret. If `message` doesn't contain the value, pass it as `unseen` too.
 */
export type Report = (path: Path, message: string, unseen?: string) => void

export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: ErrorCode
  readonly problems: readonly Problem[]
  /** Whether the log on standard error has it, so that nobody has to say it again. */
  isSaid = false

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

/** More than anybody reads at once, and as much of each as says what is wrong. */
const MOST_LINES = 100
const LINE_START = 1000
const LINE_END = 200

/**
 * One `CONFIG_INVALID` for all problems. Its message has one line for each of the first hundred, and says how
 * many more there are.
 */
export function configError(problems: readonly Problem[]): AgentError {
  const lines = problems.slice(0, MOST_LINES).map(problem => clip(formatProblem(problem)))
  const more = problems.length - lines.length
  if (more > 0) lines.push(`and ${more} more problem${more === 1 ? '' : 's'}`)
  return new AgentError('CONFIG_INVALID', lines.join('\n'), { problems })
}

/** A key, an alias or a value may be as long as the configuration. */
function clip(line: string): string {
  if (line.length <= LINE_START + LINE_END) return line
  return `${line.slice(0, LINE_START)} … ${line.slice(-LINE_END)}`
}

/** The message of a thrown value of any type: plugins may throw anything, also what can't be read. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return 'what was thrown has no message'
  }
}

/** More causes than any error has: one may be its own. */
const MOST_CAUSES = 20

/** The `code` of an error of Node's or of ours, or of its cause; undefined if none has one. */
export function codeOf(thrown: unknown): string | undefined {
  let at = thrown
  for (let causes = 0; at instanceof Error && causes < MOST_CAUSES; causes++) {
    const code = 'code' in at ? at.code : undefined
    if (code !== undefined) return String(code)
    at = at.cause
  }
  return undefined
}
