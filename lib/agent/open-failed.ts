import { AgentError } from '../errors.ts'
import { plainReason } from '../errors-of-system.ts'

/** What names a thing that could not be opened, whatever its `open` has thrown. */
export function openFailed(what: string, cause: unknown): AgentError {
  if (cause instanceof AgentError && cause.code !== 'OPEN_FAILED') return cause
  const message = `${what} could not be opened: ${plainReason(cause)}`
  return new AgentError('OPEN_FAILED', message, { cause })
}
