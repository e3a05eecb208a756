import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AgentError } from '../errors.ts'
import { plainReason } from '../system-errors.ts'

/** @throws AgentError `OPEN_FAILED` where packages can't be written there */
export function makeOutputFolder(folder: string): string {
  return orRefuse('--output', () => {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return resolve(folder)
  })
}

/** @throws AgentError `OPEN_FAILED` where none can be made in $TMPDIR */
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
