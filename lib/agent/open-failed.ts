import { AgentError, messageOf } from '../errors.ts'

/** What names a thing that could not be opened, whatever its `open` has thrown. */
export function openFailed(what: string, cause: unknown): AgentError {
  if (cause instanceof AgentError) return cause
  const message = `${what} could not be opened: ${messageOf(cause)}`
  return new AgentError('OPEN_FAILED', message, { cause })
}
