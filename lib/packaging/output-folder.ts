import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AgentError } from '../errors.ts'
import { plainReason } from '../system-errors.ts'

/**
 * Creates the folder for the packages; returns its absolute path.
 *
 * @throws AgentError `OPEN_FAILED` if packages can't be written there
 */
export function makeOutputFolder(folder: string): string {
  return orRefuse('--output', () => {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return resolve(folder)
  })
}

/**
 * Creates a temporary folder.
 *
 * @throws AgentError `OPEN_FAILED` if $TMPDIR can't hold one
 */
export function makeWorkFolder(): string {
  return orRefuse('TMPDIR', () => mkdtempSync(join(tmpdir(), 'sealbeat-package-')))
}

function orRefuse(what: string, make: () => string): string {
  try {
    return make()
  } catch (cause) {
    throw new AgentError('OPEN_FAILED', `${what}: ${plainReason(cause)}`, { cause })
  }
}
