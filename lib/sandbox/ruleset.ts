import { realpathSync, statSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { loadAddon, type NativeSandbox } from '../addon.ts'
import type { Domain, LandlockAbi, PathRule } from './domain.ts'
import { loaderOf } from './loader.ts'
import { type FileRight, fileBits, onFile } from './rights.ts'

// Flags of landlock_create_ruleset(2), linux/landlock.h.
const VERSION = 1
const ERRATA = 2
/** Erratum 2: signals between threads of one process were refused. */
const ERRATUM_2 = 1 << 1

export type LandlockSupport =
  | ({ readonly available: true } & LandlockAbi)
  | {
      readonly available: false
      readonly reason: string
      /** What the operator can do about it, where that is known. */
      readonly mend?: string
    }

/** Asks the kernel; changes nothing. */
export function landlockSupport(native = nativeSandbox()): LandlockSupport {
  if ('problem' in native) return { available: false, reason: native.problem }
  const abi = native.sandbox.askLandlock(VERSION)
  if (abi > 0) {
    const errata = native.sandbox.askLandlock(ERRATA)
    return { available: true, abi, sparesOwnSignals: errata > 0 && (errata & ERRATUM_2) !== 0 }
  }
  const name = abi === 0 ? 'no ABI' : getSystemErrorName(abi)
  return { available: false, ...(REASONS.get(name) ?? { reason: name }) }
}

const REASONS = new Map([
  [
    'ENOSYS',
    {
      reason: 'the kernel has no Landlock (Linux 5.13), or an outer filter hides it',
      mend: 'start a kernel with CONFIG_SECURITY_LANDLOCK; a container’s profile must let landlock_* through',
    },
  ],
  [
    'ENOTSUP', // libuv's name of EOPNOTSUPP
    {
      reason: 'Landlock is not among the security modules that the kernel was started with (lsm=)',
      mend: 'add landlock to lsm= on the kernel’s command line (/sys/kernel/security/lsm has the others)',
    },
  ],
  [
    'EPERM',
    {
      reason: 'an outer filter refuses landlock_create_ruleset(2)',
      mend: 'let landlock_* through in the container’s profile or in the unit’s SystemCallFilter=',
    },
  ],
])

/** The longest that all threads together may take to answer a sweep. Eleven take 2 ms. */
export const SWEEP_TIMEOUT_MS = 3_000

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
  for (const rule of domain.paths.flatMap(withLoader)) {
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

/** The kernel executes the loader of a program too. In a folder there may be any: that of Node stands for them. */
function withLoader(rule: PathRule): readonly PathRule[] {
  if (!rule.rights.includes('execute')) return [rule]
  const isFolder = statSync(rule.path, { throwIfNoEntry: false })?.isDirectory() === true
  const loader = loaderOf(isFolder ? process.execPath : rule.path)
  return loader === undefined ? [rule] : [rule, { path: loader, rights: rule.rights }]
}

interface Place {
  /** Undefined: nothing can be granted. */
  readonly path?: string
  readonly rights: readonly FileRight[]
  readonly note?: string
}

/**
 * Where a rule is put. The kernel binds it to what is there now, not to the name. So a folder that does not exist yet
 * is not granted: the nearest one above it would be far too much (`/etc` for a folder in it). Neither is a file that
 * is written, as it may be replaced by another one.
 */
function placeOf({ path, rights }: PathRule): Place {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found)
    return { rights, note: `${path} does not exist: not granted, create it before the start` }
  const isWritten = rights.includes('make_reg')
  if (isWritten && holdsProof(path)) {
    return { rights, note: `${path} holds /proc/thread-self, which proves the domain: not granted` }
  }
  if (found.isDirectory()) return { path, rights }
  if (isWritten)
    return { rights, note: `${path} is no folder: not granted, name the folder that it is in` }
  return { path, rights: onFile(rights) }
}

/** Every thread proves that it is inside by what it may no longer write in /proc: so no rule may grant that. */
function holdsProof(path: string): boolean {
  const own = `/proc/${process.pid}/`
  const real = realpathSync(path).replace(/\/*$/, '/')
  return own.startsWith(real) || real.startsWith(own)
}
