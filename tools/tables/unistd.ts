import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { amd64 } from '../../lib/seccomp/architectures/amd64.ts'
import {
  ARCHITECTURES,
  type ArchitectureRecord,
  type KernelHeaders,
  recordOf,
} from '../../lib/seccomp/architectures/architecture.ts'
import type { SyscallTable } from '../../lib/seccomp/architectures/syscall-table.ts'

const run = promisify(execFile)

export type SyscallArchitecture = SyscallTable['architecture']
export const ALL_ABIS: readonly SyscallArchitecture[] = [...ARCHITECTURES, 'x32']

interface Source {
  /** Width of a system call's argument. */
  readonly bits: 32 | 64
  readonly headers: KernelHeaders
}

/** x32 is a second ABI of amd64, with a table but no record. */
const X32 = {
  bits: 32,
  headers: { folder: amd64.headers.folder, defines: ['__x86_64__', '__ILP32__'] },
} as const satisfies Source

/** How to read an ABI's numbers from linux-libc-dev. */
export function sourceOf(abi: SyscallArchitecture): Source {
  return abi === 'x32' ? X32 : recordOf(abi)
}

/**
 * Reads an architecture's numbers out of an unpacked linux-libc-dev, ascending; undefined where the
 * package has no headers for it (before Debian 13 there was one package per architecture).
 */
export async function readNumbers(
  headers: string,
  architecture: SyscallArchitecture,
): Promise<Readonly<Record<string, number>> | undefined> {
  const {
    bits,
    headers: { folder: uapi, defines },
  } = sourceOf(architecture)
  const folder = [
    join(headers, 'usr/lib/linux/uapi', uapi),
    ...siblings(uapi).map(({ names }) => join(headers, 'usr/include', names.gnu)),
  ].find(candidate => existsSync(join(candidate, 'asm/unistd.h')))
  if (folder === undefined) return undefined
  // -undef: only what we define; the machine's own architecture must not shine through.
  const flags = ['-undef', '-nostdinc', '-dM', '-I', folder, '-I', join(headers, 'usr/include')]
  const defined = [...sizes(bits), ...defines].map(each => `-D${each}`)
  const args = [...flags, ...defined, join(folder, 'asm/unistd.h')]
  const { stdout } = await run('cpp', args, { maxBuffer: 1 << 24 })
  return numbersIn(parseDefines(stdout))
}

/** The architectures that share a folder of headers. */
function siblings(folder: string): readonly ArchitectureRecord[] {
  return ARCHITECTURES.map(recordOf).filter(({ headers }) => headers.folder === folder)
}

/** What asm/bitsperlong.h asks the compiler. */
function sizes(bits: 32 | 64): readonly string[] {
  const bytes = bits / 8
  return [`__SIZEOF_POINTER__=${bytes}`, `__SIZEOF_LONG__=${bytes}`, '__CHAR_BIT__=8']
}

function parseDefines(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^#define (\w+) (.+)$/gm)
  return new Map(Array.from(lines, ([, name, body]) => [name ?? '', body ?? '']))
}

/** Counters and bases that share the prefix. The rest of those are in capitals. */
const NOT_CALLS = new Set(['syscalls', 'arch_specific_syscall'])

function numbersIn(defines: ReadonlyMap<string, string>): Readonly<Record<string, number>> {
  const found: { readonly name: string; readonly number: number; readonly alias: boolean }[] = []
  for (const [macro, body] of defines) {
    const name = /^__(?:ARM_)?NR_([a-z0-9_]+)$/.exec(macro)?.[1]
    if (name === undefined || NOT_CALLS.has(name)) continue
    // An older name of the same number is a bare reference to the newer one.
    found.push({ name, number: evaluate(macro, defines), alias: /^__NR_[a-z]/.test(body) })
  }
  found.sort(
    (a, b) =>
      a.number - b.number || Number(a.alias) - Number(b.alias) || (a.name < b.name ? -1 : 1),
  )
  return Object.fromEntries(found.map(({ name, number }) => [name, number]))
}

/** The headers' expressions are numbers, names and sums in parentheses. */
function evaluate(macro: string, defines: ReadonlyMap<string, string>): number {
  const body = defines.get(macro)
  if (body === undefined) throw new Error(`${macro} is used but not defined`)
  return body
    .replace(/[()\s]/g, '')
    .split('+')
    .map(term => (/^\d/.test(term) ? Number(term) : evaluate(term, defines)))
    .reduce((sum, term) => sum + term)
}
