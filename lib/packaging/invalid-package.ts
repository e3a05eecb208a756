import { AgentError, formatProblem, type Path, type Problem } from '../errors.ts'

/** The error for problems of a configuration that only packaging finds, with their positions in the file. */
export function invalidPackage(
  found: readonly { readonly path: Path; readonly message: string }[],
  locate: (path: Path) => string | undefined,
): AgentError {
  const problems = found.map(({ path, message }): Problem => {
    const position = locate(path)
    return { path, message, ...(position !== undefined && { position }) }
  })
  return new AgentError('CONFIG_INVALID', problems.map(formatProblem).join('\n'), { problems })
}
