import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, messageOf } from '../../errors.ts'
import { readRegularFile } from '../../regular-file.ts'

/** The value of a credential, or why it is missing and what to do about it. */
type Credential = { readonly value: string } | { readonly problem: string; readonly hint: string }

const MAX_BYTES = 1024 * 1024

/** systemd's rule: the name must be valid for a file and for a descriptor (FDNAME_MAX). */
export const CREDENTIAL_NAME = /^(?!\.{1,2}$)[ -.0-9;-~]{1,255}$/

/**
 * Reads a credential that systemd has put into `$CREDENTIALS_DIRECTORY` (LoadCredential= and related
 * settings, systemd.exec(5)), without the newline that editors leave at the end. An empty credential counts
 * as missing, as an empty variable does.
 */
export function readCredential(
  name: string,
  env: { readonly CREDENTIALS_DIRECTORY?: string | undefined },
): Credential {
  const hint = `add LoadCredential=${name}:/path/to/file to the unit`
  if (!CREDENTIAL_NAME.test(name)) {
    const problem = `${JSON.stringify(name)} is not a valid name of a credential`
    return { problem, hint: 'a name is plain ASCII without "/" or ":", and not "." or ".."' }
  }
  const folder = env.CREDENTIALS_DIRECTORY
  if (folder === undefined || folder === '') {
    return { problem: `no credential "${name}": $CREDENTIALS_DIRECTORY is not set`, hint }
  }
  try {
    return read(name, folder)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') {
      return { problem: `no credential "${name}" (${othersIn(folder)})`, hint }
    }
    return {
      problem: `the credential "${name}" ${messageOf(thrown)}`,
      hint: 'it must be a file of at most 1 MiB of UTF-8 text that this user may read',
    }
  }
}

function read(name: string, folder: string): Credential {
  const value = decode(readRegularFile(join(folder, name), MAX_BYTES).bytes).replace(/\r?\n$/, '')
  if (value !== '') return { value }
  return { problem: `the credential "${name}" is empty`, hint: 'its file must contain the value' }
}

/** Keeps a byte order mark, because it may be part of the value. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Error('is not UTF-8 text', { cause })
  }
}

const MOST_NAMES = 20

/** Names only: they are in the unit, which anybody may read. */
function othersIn(folder: string): string {
  try {
    const names = readdirSync(folder).sort()
    const more = names.length > MOST_NAMES ? ', …' : ''
    if (names.length === 0) return 'none available'
    return `available: ${names.slice(0, MOST_NAMES).join(', ')}${more}`
  } catch (thrown) {
    return `$CREDENTIALS_DIRECTORY can't be read: ${codeOf(thrown)}`
  }
}
