import { AgentError } from '../../../errors.ts'
import { FORMAT_VERSION } from './format.ts'

/** Whoever reads a format that it does not know would take events for damage. */
export function newerVersion(file: string, version: number): AgentError {
  return new AgentError(
    'OPEN_FAILED',
    `${file} has format ${version} of a newer version, and this one knows formats up to ${FORMAT_VERSION}: ` +
      'start the newer version until the queue is empty, or set queue.disk.path to another folder',
  )
}
