// Native libraries that are loaded late: which of them are needed early, and from where any can be loaded.

import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import type { NativeSandbox } from '../addon.ts'
import { nativeSandbox } from './ruleset.ts'

/** What Node asks of libc: names of hosts and ports, of users and groups. nsswitch.conf(5). */
const DATABASES = /^\s*(hosts|services|passwd|group):([^#]*)/

/** More services than that are no configuration. */
const MAX_SERVICES = 32

/** What libc unwinds the stack with where a thread is cancelled. */
const UNWINDING = 'libgcc_s.so.1'

/** The libraries of the services that glibc asks, each of which it loads with the first question. Pure. */
export function nameServiceLibraries(nsswitch: string): readonly string[] {
  const services = nsswitch.split('\n').flatMap(line => {
    const asked = DATABASES.exec(line)?.[2] ?? ''
    // What to do about an answer is in brackets: `[NOTFOUND=return]`.
    return asked.replace(/\[[^\]]*\]/g, ' ').split(/\s+/)
  })
  const names = [...new Set(services)].filter(name => /^[a-z0-9][a-z0-9_-]*$/i.test(name))
  return names.slice(0, MAX_SERVICES).map(name => `libnss_${name}.so.2`)
}

/** Loads what libc itself would load later, without a question to any service. Returns what is there. */
export function keepLateLibraries(file = '/etc/nsswitch.conf'): readonly string[] {
  const native = nativeSandbox()
  if (process.platform !== 'linux' || 'problem' in native) return []
  const libraries = [UNWINDING, ...nameServiceLibraries(textOf(file))]
  return libraries.filter(library => native.sandbox.keepLibrary(library))
}

/** The folders from which code can be loaded: those whose file system is not mounted with `noexec`. */
export function executableFolders(folders: readonly string[]): readonly string[] {
  const native = nativeSandbox()
  if (process.platform !== 'linux' || 'problem' in native) return []
  return folders.filter(folder => isExecutable(folder, native.sandbox))
}

/** A folder that is still to be made will be on the file system of the one above it. */
function isExecutable(folder: string, sandbox: NativeSandbox): boolean {
  const answer = sandbox.isNoExec(folder)
  const above = dirname(folder)
  if (answer === -constants.errno.ENOENT && above !== folder) return isExecutable(above, sandbox)
  return answer === 0
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
