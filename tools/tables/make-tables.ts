import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { formatTable, formatWords, kernelOf } from './format.ts'
import { readWidths } from './prototypes.ts'
import { type HeaderNames, readSince } from './since.ts'
import type { TableSources } from './table-sources.ts'
import { ALL_ABIS, readNumbers, type SyscallArchitecture, sourceOf } from './unistd.ts'

type Numbers = Readonly<Record<string, number>>

/** The generated files of lib/seccomp/architectures/tables/, by file name. */
export async function makeTables(sources: TableSources): Promise<ReadonlyMap<string, string>> {
  const { headers, manual } = sources
  const files = new Map<string, string>()
  const tables = new Map<SyscallArchitecture, Numbers>()
  for (const architecture of ALL_ABIS) {
    const numbers = await readNumbers(headers.folder, architecture)
    if (numbers === undefined) throw new Error(`linux-libc-dev has no headers for ${architecture}`)
    tables.set(architecture, numbers)
    files.set(`${architecture}.ts`, formatTable(architecture, numbers, headers.version))
  }
  const origin = `linux-libc-dev ${headers.version}`
  files.set('arguments.ts', formatArguments(await readPrototypes(sources), tables, headers.version))
  const names = namesOf(tables.values())
  const since = readSince(await readManual(sources), await headerNames(sources), names)
  files.set(
    'since.ts',
    formatWords('SINCE', since, `manpages-dev ${manual.version}, ${origin}`, [
      'The release of Linux that introduced each call. Some architectures got it later. Where the',
      'manual does not say, it is the first Debian kernel with the call: never too early.',
    ]),
  )
  return files
}

async function readPrototypes({ kernel }: TableSources): Promise<string> {
  const folder = join(kernel.folder, 'usr/src', kernel.name)
  return await readFile(join(folder, 'include/linux/syscalls.h'), 'utf8')
}

async function readManual({ manual }: TableSources): Promise<string> {
  const packed = await readFile(join(manual.folder, 'usr/share/man/man2/syscalls.2.gz'))
  return (await promisify(gunzip)(packed)).toString()
}

function namesOf(tables: Iterable<Numbers>): ReadonlySet<string> {
  return new Set([...tables].flatMap(numbers => Object.keys(numbers)))
}

/** Only 64-bit ABIs have arguments that are wider than an int. */
function formatArguments(
  prototypes: string,
  tables: ReadonlyMap<SyscallArchitecture, Numbers>,
  version: string,
): string {
  const wide = [...tables].filter(([name]) => sourceOf(name).bits === 64)
  const names = namesOf(wide.map(([, numbers]) => numbers))
  const widths = Object.entries(readWidths(prototypes)).filter(([name]) => names.has(name))
  return formatWords('ARGUMENT_WIDTHS', Object.fromEntries(widths), `linux-headers ${version}`, [
    'One letter per argument: `i` if the kernel truncates the register to 32 bits before it looks at it',
    '(int, pid_t, u32 …; a umode_t even to 16), `l` if the whole word counts. Calls that are not listed',
    'have words only. Where words have 32 bits, there is no difference.',
  ])
}

async function headerNames({ earlier, headers }: TableSources): Promise<readonly HeaderNames[]> {
  const all: HeaderNames[] = []
  for (const { version, folder } of [...earlier, headers]) {
    const found: string[] = []
    for (const abi of ALL_ABIS) found.push(...Object.keys((await readNumbers(folder, abi)) ?? {}))
    all.push({ kernel: kernelOf(version), names: new Set(found) })
  }
  return all
}
