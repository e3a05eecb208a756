import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SyscallTable } from '../lib/seccomp/architectures/syscall-table.ts'

const run = promisify(execFile)

interface Source {
  /** The folder below /usr/lib/linux/uapi. */
  readonly uapi: string
  /** What asm/unistd.h and asm/bitsperlong.h ask the compiler. */
  readonly defines: readonly string[]
}

const BITS_64 = ['__SIZEOF_POINTER__=8', '__SIZEOF_LONG__=8', '__CHAR_BIT__=8']
const BITS_32 = ['__SIZEOF_POINTER__=4', '__SIZEOF_LONG__=4', '__CHAR_BIT__=8']

/** Where linux-libc-dev has each architecture's headers. */
export const SOURCES: { readonly [A in SyscallTable['architecture']]: Source } = {
  amd64: { uapi: 'x86', defines: [...BITS_64, '__x86_64__'] },
  '386': { uapi: 'x86', defines: [...BITS_32, '__i386__'] },
  x32: { uapi: 'x86', defines: [...BITS_32, '__x86_64__', '__ILP32__'] },
  arm64: { uapi: 'arm64', defines: [...BITS_64, '__aarch64__'] },
  arm: { uapi: 'arm', defines: [...BITS_32, '__arm__', '__ARM_EABI__'] },
  riscv64: { uapi: 'riscv', defines: [...BITS_64, '__riscv'] },
  ppc64le: { uapi: 'powerpc', defines: [...BITS_64, '__powerpc__', '__powerpc64__'] },
  s390x: { uapi: 's390', defines: [...BITS_64, '__s390x__'] },
  loong64: { uapi: 'loongarch', defines: [...BITS_64, '__loongarch__'] },
  mips64le: { uapi: 'mips', defines: [...BITS_64, '__mips__', '_MIPS_SIM=3'] },
}

export type SyscallArchitecture = keyof typeof SOURCES
export const ALL_ABIS = Object.keys(SOURCES) as readonly SyscallArchitecture[]

/**
 * Reads an architecture's numbers out of an unpacked linux-libc-dev, ascending; undefined where the
 * package has no headers for it (before Debian 13 there was one package per architecture).
 */
export async function readNumbers(
  headers: string,
  architecture: SyscallArchitecture,
): Promise<Readonly<Record<string, number>> | undefined> {
  const { uapi, defines } = SOURCES[architecture]
  const folder = [
    join(headers, 'usr/lib/linux/uapi', uapi),
    ...(uapi === 'x86' ? [join(headers, 'usr/include/x86_64-linux-gnu')] : []),
  ].find(candidate => existsSync(join(candidate, 'asm/unistd.h')))
  if (folder === undefined) return undefined
  // -undef: only what we define; the machine's own architecture must not shine through.
  const flags = ['-undef', '-nostdinc', '-dM', '-I', folder, '-I', join(headers, 'usr/include')]
  const args = [...flags, ...defines.map(each => `-D${each}`), join(folder, 'asm/unistd.h')]
  const { stdout } = await run('cpp', args, { maxBuffer: 1 << 24 })
  return numbersIn(parseDefines(stdout))
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
