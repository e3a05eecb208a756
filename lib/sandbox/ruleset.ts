import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { getSystemErrorName } from 'node:util'
import { loadAddon, type NativeSandbox } from '../addon.ts'
import type { Domain, LandlockAbi, PathRule } from './domain.ts'
import { type FileRight, fileBits, onFile } from './rights.ts'

// Flags of landlock_create_ruleset(2), linux/landlock.h.
const VERSION = 1
const ERRATA = 2
/** Erratum 2: signals between threads of one process were refused. */
const ERRATUM_2 = 1 << 1

type LandlockSupport =
  | ({ readonly available: true } & LandlockAbi)
  | { readonly available: false; readonly reason: string }

/** Asks the kernel; changes nothing. */
export function landlockSupport(): LandlockSupport {
  const native = nativeSandbox()
  if ('problem' in native) return { available: false, reason: native.problem }
  const abi = native.sandbox.askLandlock(VERSION)
  if (abi > 0) {
    const errata = native.sandbox.askLandlock(ERRATA)
    return { available: true, abi, sparesOwnSignals: errata > 0 && (errata & ERRATUM_2) !== 0 }
  }
  const name = abi === 0 ? 'no ABI' : getSystemErrorName(abi)
  return { available: false, reason: REASONS.get(name) ?? name }
}

const REASONS = new Map([
  ['ENOSYS', 'the kernel has no Landlock (Linux 5.13), or an outer filter hides it'],
  [
    'ENOTSUP', // libuv's name of EOPNOTSUPP
    'Landlock is not among the security modules that the kernel was started with (lsm=)',
  ],
  ['EPERM', 'an outer filter refuses landlock_create_ruleset(2)'],
])

/** The native part, or why there is none. */
export function nativeSandbox():
  | { readonly sandbox: NativeSandbox }
  | { readonly problem: string } {
  const loaded = loadAddon()
  if ('problem' in loaded) return loaded
  const { sandbox } = loaded.addon
  return sandbox ? { sandbox } : { problem: 'the native addon has been built without it' }
}

/** A ruleset in the kernel, ready to be entered. */
export interface Ruleset {
  readonly descriptor: number
  /** What was granted otherwise than it was declared, for the log. */
  readonly notes: readonly string[]
}

/** @throws Error naming the call and its errno */
export function createRuleset(native: NativeSandbox, domain: Domain): Ruleset {
  const descriptor = native.createRuleset(domain.files, domain.network, domain.scoped)
  if (descriptor < 0) {
    throw new Error(`landlock_create_ruleset: ${getSystemErrorName(descriptor)}`)
  }
  const notes: string[] = []
  for (const rule of domain.paths) {
    const found = placeOf(rule)
    if (found.note !== undefined) notes.push(found.note)
    if (found.path === undefined) continue
    const bits = fileBits(found.rights, domain.abi) & domain.files
    const errno = native.allowPath(descriptor, found.path, bits)
    if (errno !== 0) notes.push(`${rule.path}: not granted, ${getSystemErrorName(-errno)}`)
  }
  for (const { port, rights } of domain.ports) {
    const errno = native.allowPort(descriptor, port, rights)
    if (errno !== 0) notes.push(`port ${port}: not granted, ${getSystemErrorName(-errno)}`)
  }
  return { descriptor, notes }
}

interface Place {
  /** Undefined: nothing can be granted. */
  readonly path?: string
  readonly rights: readonly FileRight[]
  readonly note?: string
}

/**
 * Where a rule is put. The kernel binds it to what is there now, not to the name: so a file that is written,
 * which may be replaced, is granted by its folder, and a folder that does not exist yet by the nearest one above.
 * Never by the root folder, as that would grant everything.
 */
function placeOf({ path, rights }: PathRule): Place {
  const found = statSync(path, { throwIfNoEntry: false, bigint: false })
  const isWritten = rights.includes('make_reg')
  if (found && isWritten && holdsProof(path)) {
    return { rights, note: `${path} holds /proc/thread-self, which proves the domain: not granted` }
  }
  if (found?.isDirectory()) return { path, rights }
  if (found && !isWritten) return { path, rights: onFile(rights) }
  if (!isWritten) return { rights, note: `${path} does not exist: not granted` }
  const above = found ? dirname(path) : existingAbove(path)
  const why = found ? 'is no folder' : 'does not exist'
  if (above === '/') return { rights, note: `${path} ${why}: not granted, create it first` }
  return { path: above, rights, note: `${path} ${why}: ${above} is granted instead` }
}

/** Every thread proves that it is inside by what it may no longer write in /proc: so no rule may grant that. */
function holdsProof(path: string): boolean {
  const own = `/proc/${process.pid}/`
  const real = realpathSync(path).replace(/\/*$/, '/')
  return own.startsWith(real) || real.startsWith(own)
}

function existingAbove(path: string): string {
  const above = dirname(path)
  if (above === path) return path
  return statSync(above, { throwIfNoEntry: false })?.isDirectory() ? above : existingAbove(above)
}
